/** @file A map of limited size. */

/** Holds at most `capacity` entries and evicts the least recently used one. `get` and `set` count as uses. */
export class LruMap<K, V> {
  readonly #capacity: number;
  /** Least recently used first: a Map iterates in insertion order. */
  readonly #entries = new Map<K, V>();

  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  get(key: K): V | undefined {
    const value = this.#entries.get(key);
    if (value !== undefined) this.#moveToEnd(key, value);
    return value;
  }

  /** @returns the evicted value, if there is one */
  set(key: K, value: V): V | undefined {
    this.#moveToEnd(key, value);
    const [oldest] = this.#entries;
    if (this.#entries.size <= this.#capacity || !oldest) return undefined;
    this.#entries.delete(oldest[0]);
    return oldest[1];
  }

  delete(key: K): void {
    this.#entries.delete(key);
  }

  values(): V[] {
    return [...this.#entries.values()];
  }

  #moveToEnd(key: K, value: V): void {
    this.#entries.delete(key);
    this.#entries.set(key, value);
  }
}

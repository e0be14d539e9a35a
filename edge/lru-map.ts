/** @file A map of limited size. */

export interface LruMapOptions<K, V> {
  /** Size of a value; 1 if absent, so that the capacity is a number of entries. */
  sizeOf?: (value: V) => number;
  /** Returns whether an entry must stay, whatever its age. */
  isPinned?: (key: K, value: V) => boolean;
}

/**
 * Holds entries whose sizes add up to at most `capacity`, and evicts the least recently used ones. `get` and `set` count as uses. Pinned
 * entries, and one that is larger than the capacity, stay nevertheless.
 */
export class LruMap<K, V> {
  readonly #capacity: number;
  readonly #sizeOf: (value: V) => number;
  readonly #isPinned: (key: K, value: V) => boolean;
  /** Least recently used first: a Map iterates in insertion order. */
  readonly #entries = new Map<K, V>();

  constructor(capacity: number, { sizeOf = () => 1, isPinned = () => false }: LruMapOptions<K, V> = {}) {
    this.#capacity = capacity;
    this.#sizeOf = sizeOf;
    this.#isPinned = isPinned;
  }

  /** Sum of the sizes. */
  get size(): number {
    return this.#entries.values().reduce((sum, value) => sum + this.#sizeOf(value), 0);
  }

  /** Returns a value without using it. */
  peek(key: K): V | undefined {
    return this.#entries.get(key);
  }

  get(key: K): V | undefined {
    const value = this.#entries.get(key);
    if (value !== undefined) this.#moveToEnd(key, value);
    return value;
  }

  /** Adds or replaces a value. @returns the evicted values */
  set(key: K, value: V): V[] {
    this.#entries.delete(key);
    const evicted = this.makeRoom(this.#sizeOf(value));
    this.#moveToEnd(key, value);
    return evicted;
  }

  /** Evicts entries until `size` more fit, or only pinned ones are left. @returns the evicted values */
  makeRoom(size: number): V[] {
    const evicted: V[] = [];
    let used = this.size;
    for (const [key, value] of this.#entries) {
      if (used + size <= this.#capacity) break;
      if (this.#isPinned(key, value)) continue;
      this.#entries.delete(key);
      used -= this.#sizeOf(value);
      evicted.push(value);
    }
    return evicted;
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

/** @file Lists the models of the bucket. A list loads no model: everybody may request it, and it must evict none that serves. */
import {
  ALIASES,
  Alias,
  aliasKey,
  DEFAULT_ALIAS,
  isName,
  LARGEST_ALIAS,
  parseStored,
} from '#shared/manifest.ts';
import { listNames, readObject } from './bucket.ts';

export interface ListedModel {
  name: string;
  /** The version that the alias names. */
  version: string;
  alias: string;
}

/** Most models in a list. Each costs a read of its alias. */
const CAPACITY = 100;

export class ModelList {
  readonly #now: () => number;
  readonly #refreshMs: number;
  #models: readonly ListedModel[] | undefined;
  /** Time of the last reading, whether it failed or not. */
  #readAt = Number.NEGATIVE_INFINITY;

  /**
   * @param now milliseconds since the epoch
   * @param refreshMs milliseconds between two readings
   */
  constructor(now: () => number, refreshMs: number) {
    this.#now = now;
    this.#refreshMs = refreshMs;
  }

  /** Returns the models with a default alias, sorted by name. While the bucket fails, it returns the last list. */
  async get(bucket: R2Bucket): Promise<readonly ListedModel[]> {
    if (this.#now() - this.#readAt >= this.#refreshMs) {
      // Requests during the reading get the last list. Requests cannot share a promise of I/O.
      if (this.#models) this.#readAt = this.#now();
      this.#models = await readModels(bucket).catch(() => this.#models ?? []);
      this.#readAt = this.#now();
    }
    return this.#models ?? [];
  }
}

async function readModels(bucket: R2Bucket): Promise<ListedModel[]> {
  const names = (await listNames(bucket, ALIASES)).filter(isName).toSorted();
  const models = await Promise.all(
    // An alias that cannot be read is left out.
    names.slice(0, CAPACITY).map((name) => readModel(bucket, name).catch(() => undefined)),
  );
  return models.filter((model) => model !== undefined);
}

async function readModel(bucket: R2Bucket, name: string): Promise<ListedModel | undefined> {
  const stored = await readAlias(bucket, name, DEFAULT_ALIAS);
  return stored && { name, version: stored.version, alias: DEFAULT_ALIAS };
}

/** Reads an alias once. @returns undefined when there is none @throws ExplainedError, and the errors of R2 */
export async function readAlias(bucket: R2Bucket, name: string, alias: string): Promise<Alias | undefined> {
  const key = aliasKey(name, alias);
  const stored = await readObject(bucket, key, LARGEST_ALIAS);
  return stored && parseStored(Alias, key, stored.bytes);
}

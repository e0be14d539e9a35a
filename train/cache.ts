/** @file The folder in which the trainer keeps what it has downloaded or computed, until someone removes it. */
import { join } from 'node:path';
import envPaths from 'env-paths';

/** Returns the path of a part of the cache. */
export const cacheFolder = (...part: string[]): string =>
  join(envPaths('tinyvgg-edge', { suffix: '' }).cache, ...part);

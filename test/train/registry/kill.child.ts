/** @file Pushes the release that the command line names, and prints a line at each request to the store. */

import { push } from '../../../train/registry/registry.ts';
import { readRelease } from '../../../train/release/release.ts';
import { openStore } from '../../../train/store/open.ts';
import type { ObjectStore } from '../../../train/store/store.ts';

const store = openStore();

const told = <T>(line: string, request: Promise<T>): Promise<T> => {
  console.log(line);
  return request;
};

const telling: ObjectStore = {
  description: store.description,
  get: (key) => told(`get ${key}`, store.get(key)),
  put: (key, ...rest) => told(`put ${key}`, store.put(key, ...rest)),
  list: (prefix) => told(`list ${prefix}`, store.list(prefix)),
};

await push(telling, await readRelease(process.argv[2] ?? ''));

/** @file Pushes the release at the path in its first argument, and prints a line before each request to the store. */
import { push } from '../../../train/registry/registry.ts';
import { readRelease } from '../../../train/release/release.ts';
import { openStore } from '../../../train/store/open.ts';
import type { ObjectStore } from '../../../train/store/store.ts';

const store = openStore();

const logged = <T>(line: string, request: Promise<T>): Promise<T> => {
  console.log(line);
  return request;
};

const loggingStore: ObjectStore = {
  description: store.description,
  get: (key) => logged(`get ${key}`, store.get(key)),
  put: (key, ...rest) => logged(`put ${key}`, store.put(key, ...rest)),
  list: (prefix) => logged(`list ${prefix}`, store.list(prefix)),
  entries: (prefix) => logged(`entries ${prefix}`, store.entries(prefix)),
};

await push(loggingStore, await readRelease(process.argv[2] ?? ''));

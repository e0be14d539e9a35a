/** @file An object store in memory: the reference implementation of the contract, and the store of tests without a server. */
import type { Condition, ObjectStore, StoredObject } from './store.ts';

/** Creates an empty store. It copies bytes on the way in and out, as a network would. */
export function memoryStore(): ObjectStore {
  const objects = new Map<string, StoredObject>();
  let writes = 0;

  const holds = (key: string, condition: Condition): boolean =>
    'ifAbsent' in condition ? !objects.has(key) : objects.get(key)?.etag === condition.ifMatch;

  const keysOf = (prefix: string): string[] =>
    [...objects.keys()].filter((key) => key.startsWith(prefix)).sort();

  return {
    description: 'memory',

    async get(key) {
      const object = objects.get(key);
      return object && { bytes: object.bytes.slice(), etag: object.etag };
    },

    async put(key, bytes, _contentType, condition) {
      if (condition && !holds(key, condition)) return 'precondition-failed';
      writes += 1;
      objects.set(key, { bytes: bytes.slice(), etag: `"${writes}"` });
      return 'written';
    },

    list: async (prefix) => keysOf(prefix),

    entries: async (prefix) => keysOf(prefix).map((key) => ({ key, etag: objects.get(key)?.etag ?? '' })),
  };
}

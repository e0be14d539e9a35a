/** @file Emulates conditional writes on a store without them, by reading before writing. */
import type { ObjectStore } from './store.ts';

/**
 * Wraps a store so that `put` never returns `unsupported`. When the store does not support conditions, another process's write between
 * the read and the write is lost.
 * @param log receives one warning when the store does not support conditions
 */
export function withConditions(store: ObjectStore, log: (line: string) => void): ObjectStore {
  let warned = false;

  return {
    description: store.description,
    get: store.get,
    list: store.list,

    async put(key, bytes, contentType, condition) {
      const outcome = await store.put(key, bytes, contentType, condition);
      if (outcome !== 'unsupported' || !condition) return outcome;
      if (!warned) {
        log(
          `Warning: ${store.description} does not support conditional writes. Run only one command at a time that writes to it.`,
        );
      }
      warned = true;
      const present = await store.get(key);
      const holds = 'ifAbsent' in condition ? !present : present?.etag === condition.ifMatch;
      return holds ? store.put(key, bytes, contentType) : 'precondition-failed';
    },
  };
}

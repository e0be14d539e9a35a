/** @file Conditional writes for a store that has none: the condition is checked by reading first. */
import type { ObjectStore } from './store.ts';

/**
 * The same store, except that `put` never answers `unsupported`. Where the store cannot check a condition itself, a write by somebody
 * else between the reading and the writing is lost; that is said once, to `log`.
 */
export function withConditions(store: ObjectStore, log: (line: string) => void): ObjectStore {
  let said = false;

  return {
    description: store.description,
    get: store.get,
    list: store.list,

    async put(key, bytes, contentType, condition) {
      const outcome = await store.put(key, bytes, contentType, condition);
      if (outcome !== 'unsupported' || !condition) return outcome;
      if (!said)
        log(
          `${store.description} cannot write conditionally: reading before writing, so run one push at a time`,
        );
      said = true;
      const present = await store.get(key);
      const holds = 'ifAbsent' in condition ? !present : present?.etag === condition.ifMatch;
      return holds ? store.put(key, bytes, contentType) : 'precondition-failed';
    },
  };
}

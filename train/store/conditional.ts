/**
 * @file Gives every store conditional writes. Some stores reject conditions, others ignore them and overwrite the object. So before the
 * first conditional write, an object of its own shows whether the store honours them. If not, the object is read before it is written.
 */
import type { Condition, ObjectStore, PutOutcome } from './store.ts';

/** The object on which conditions are tried. Its content never changes, so writers do not disturb each other. */
const PROBE_KEY = 'probe/conditional-writes.txt';
const PROBE = new TextEncoder().encode(
  'Before it promotes a model, tinyvgg-edge tries on this object whether the store honours If-Match and If-None-Match.\n',
);

/** An ETag that the probe never has. */
const OTHER_ETAG = '"00000000000000000000000000000000"';

/** Reads of the probe until its ETag stays the same. */
const ATTEMPTS = 3;

type Kind = 'ifAbsent' | 'ifMatch';

const kindOf = (condition: Condition): Kind => ('ifAbsent' in condition ? 'ifAbsent' : 'ifMatch');

/** Stores that `withConditions` returned. */
const wrappers = new WeakSet<ObjectStore>();

/** By store, whether it honours each kind of condition. */
const results = new WeakMap<ObjectStore, Map<Kind, Promise<boolean>>>();

/**
 * Wraps a store so that `put` never returns `unsupported`. When the store does not honour conditions, another process's write between
 * the read and the write is lost.
 * @param log receives one warning when the store does not honour conditions
 */
export function withConditions(store: ObjectStore, log: (line: string) => void): ObjectStore {
  if (wrappers.has(store)) return store;
  let warned = false;

  const wrapper: ObjectStore = {
    description: store.description,
    get: store.get,
    list: store.list,
    entries: store.entries,

    async put(key, bytes, contentType, condition) {
      if (!condition || (await isHonoured(store, kindOf(condition)))) {
        return store.put(key, bytes, contentType, condition);
      }
      if (!warned) {
        log(
          `Warning: ${store.description} does not support conditional writes. Run only one command at a time that writes to it: of two at once, one may undo the other's promotion.`,
        );
      }
      warned = true;
      const present = await store.get(key);
      const holds = 'ifAbsent' in condition ? !present : present?.etag === condition.ifMatch;
      return holds ? store.put(key, bytes, contentType) : 'precondition-failed';
    },
  };
  wrappers.add(wrapper);
  return wrapper;
}

/** Tries a kind of condition once per store and process, and again when the store failed. */
function isHonoured(store: ObjectStore, kind: Kind): Promise<boolean> {
  const known = results.get(store) ?? new Map<Kind, Promise<boolean>>();
  results.set(store, known);
  const result = known.get(kind) ?? TRIALS[kind](store);
  known.set(kind, result);
  result.catch(() => known.delete(kind));
  return result;
}

const TRIALS: Record<Kind, (store: ObjectStore) => Promise<boolean>> = {
  /** The first write may create the probe. A second one must fail. */
  async ifAbsent(store) {
    const condition = { ifAbsent: true } as const;
    const first = await putProbe(store, condition);
    const last = first === 'written' ? await putProbe(store, condition) : first;
    return last === 'precondition-failed';
  },

  /** A write with another ETag must fail, and one with the probe's must succeed. A store whose ETags are weak fails both. */
  async ifMatch(store) {
    if ((await putProbe(store, { ifMatch: OTHER_ETAG })) !== 'precondition-failed') return false;
    for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
      const before = await store.get(PROBE_KEY);
      if (!before) await putProbe(store);
      else if ((await putProbe(store, { ifMatch: before.etag })) === 'written') return true;
      // In some stores every write changes the ETag, so a concurrent probe can be the reason.
      else if ((await store.get(PROBE_KEY))?.etag === before.etag) return false;
    }
    return false;
  },
};

const putProbe = (store: ObjectStore, condition?: Condition): Promise<PutOutcome> =>
  store.put(PROBE_KEY, PROBE, 'text/plain', condition);

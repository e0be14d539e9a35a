/** @file The checkpoint of a training that may go on on another machine: one object in the store, `<prefix><network>.safetensors`, which each newer one replaces. */
import type { Network } from '#shared/model/spec.ts';
import type { ObjectStore } from '../../store/store.ts';
import type { Checkpoints } from './checkpoints.ts';
import { decodeCheckpoint, encodeCheckpoint } from './format.ts';

/**
 * Checkpoints in the object store. A PUT is whole or nothing, so that none is kept beside the newest.
 * @param log is told of one that cannot be used
 */
export function storeCheckpoints(
  store: ObjectStore,
  prefix: string,
  log: (line: string) => void,
): Checkpoints {
  const keyOf = ({ name }: Network) => `${prefix}${name}.safetensors`;
  return {
    async newest(network, optimizer) {
      const key = keyOf(network);
      const object = await store.get(key);
      if (!object) return undefined;
      try {
        return decodeCheckpoint(network, optimizer, object.bytes);
      } catch (error) {
        const why = error instanceof Error ? error.message : error;
        log(`${key} is left out, ${network.name} begins anew: ${why}`);
        return undefined;
      }
    },
    async save(network, state) {
      await store.put(keyOf(network), encodeCheckpoint(network, state), 'application/octet-stream');
    },
  };
}

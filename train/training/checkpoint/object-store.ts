/**
 * @file Checkpoints in the object store, for trainings that resume on another machine: one object per network,
 * `<prefix><network>.safetensors`. Each checkpoint replaces the one before.
 */
import type { Network } from '#shared/model/spec.ts';
import type { ObjectStore } from '../../store/store.ts';
import type { Checkpoints } from './checkpoints.ts';
import { decodeCheckpoint, encodeCheckpoint } from './format.ts';

/**
 * Keeps checkpoints in an object store. A PUT writes the whole object or nothing, so the newest needs no predecessor to fall back to.
 * @param log receives a line for a checkpoint that cannot be used
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
        log(`Skipping the checkpoint ${key}, training ${network.name} from the start: ${why}`);
        return undefined;
      }
    },
    async save(network, state) {
      await store.put(keyOf(network), encodeCheckpoint(network, state), 'application/octet-stream');
    },
  };
}

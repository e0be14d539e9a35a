/** @file What a scheduled run would do: `retrain --dry-run`. Reads the store, and changes nothing. */
import { checkedAliasKey, readAlias } from '../registry/alias.ts';
import type { Settings } from '../run/settings.ts';
import type { ObjectStore } from '../store/store.ts';
import { type Training, trainingsOf } from './once.ts';
import { checkpointPrefix, readRecord } from './record.ts';
import { type RetrainOptions, requireHeldOut } from './retrain.ts';

/** In lines. */
export async function planRetrain(
  store: ObjectStore,
  settings: Settings,
  { alias, tolerance }: RetrainOptions,
): Promise<string[]> {
  requireHeldOut(settings);
  const plans = (await trainingsOf(settings)).map(async (training) => [
    `${training.model}: ${describe(training)}`,
    `  ${await standing(store, training)}`,
    `  ${await aliasPlan(store, training, alias)}`,
    `  promoted if the 95 % interval of its accuracy less that of ${alias} on the last ${settings.heldOut} training images begins above −${(100 * tolerance).toFixed(2)} points`,
  ]);
  return (await Promise.all(plans)).flat();
}

function describe({ settings, key }: Training): string {
  const { name, epochs, batchSize, optimizer, seed, device, limit } = settings;
  const images = limit === undefined ? '' : ` of ${limit} images`;
  return `recipe ${name}, ${epochs} epochs${images} in batches of ${batchSize}, ${optimizer.kind} ${optimizer.learningRate}, seed ${seed}, device ${device}; key ${key}`;
}

async function standing(store: ObjectStore, { key }: Training): Promise<string> {
  const record = await readRecord(store, key);
  if (record?.outcome === 'finished') return `trained already, ${record.finishedAt}: ${record.version}`;
  if (record) return `diverged already, ${record.finishedAt}: ${record.why}`;
  const begun = await store.list(checkpointPrefix(key));
  return begun.length > 0 ? `goes on from ${begun.join(', ')}` : 'to be trained from the beginning';
}

async function aliasPlan(store: ObjectStore, { model }: Training, alias: string): Promise<string> {
  const { current } = await readAlias(store, checkedAliasKey(model, alias));
  return current
    ? `${alias} means ${current.version} since ${current.promotedAt}`
    : `there is no ${alias} yet`;
}

/** @file Describes what `retrain` would do, for `retrain --dry-run`. It reads the store and changes nothing. */
import { isFolder } from '../dataset/open.ts';
import { checkedAliasKey, readAlias } from '../registry/alias.ts';
import type { Settings } from '../run/settings.ts';
import type { ObjectStore } from '../store/store.ts';
import { comparedImages, openJobFolder } from './folder-dataset.ts';
import type { GateOptions } from './gate.ts';
import { requireComparable } from './retrain.ts';
import { checkpointPrefix, readRecord } from './training-record.ts';
import { listTrainings, type Training } from './trainings.ts';

/** Returns the plan as lines. */
export async function planRetrain(
  store: ObjectStore,
  settings: Settings,
  { alias, tolerance }: GateOptions,
): Promise<string[]> {
  await requireComparable(settings, tolerance);
  const images = isFolder(settings)
    ? `${comparedImages(await openJobFolder(settings), settings).count} images that are not trained on`
    : `the last ${settings.heldOut} training images`;
  const plans = (await listTrainings(settings)).map(async (training) => [
    `${training.name}: ${describeTraining(training)}`,
    `  ${await describeProgress(store, training)}`,
    `  ${await describeAlias(store, training, alias)}`,
    `  promoted if its accuracy minus that of ${alias}, on ${images}, has a 95 % interval above −${(100 * tolerance).toFixed(2)} points`,
  ]);
  return (await Promise.all(plans)).flat();
}

function describeTraining({ settings, key }: Training): string {
  const { name, epochs, batchSize, optimizer, seed, device, limit } = settings;
  const images = limit === undefined ? '' : ` of ${limit} images`;
  return `recipe ${name}, ${epochs} ${epochs === 1 ? 'epoch' : 'epochs'}${images} in batches of ${batchSize}, ${optimizer.kind} ${optimizer.learningRate}, seed ${seed}, device ${device}; key ${key}`;
}

async function describeProgress(store: ObjectStore, { key }: Training): Promise<string> {
  const record = await readRecord(store, key);
  if (record?.outcome === 'finished') return `was trained before, ${record.finishedAt}: ${record.version}`;
  if (record) return `diverged before, ${record.finishedAt}: ${record.why}`;
  const checkpoints = await store.list(checkpointPrefix(key));
  return checkpoints.length > 0
    ? `will resume from ${checkpoints.join(', ')}`
    : 'will be trained from the start';
}

async function describeAlias(store: ObjectStore, { name }: Training, alias: string): Promise<string> {
  const { current } = await readAlias(store, checkedAliasKey(name, alias));
  return current
    ? `${alias} points at ${current.version} since ${current.promotedAt}`
    : `${alias} does not exist yet`;
}

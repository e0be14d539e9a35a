/**
 * @file The scheduled retraining: trains the models of a recipe unless they were trained before, and points an alias at those that pass
 * the gate. The verdict is stored before the alias moves.
 */
import { ExplainedError } from '#shared/errors.ts';
import { Manifest, modelKey, parseStored } from '#shared/manifest.ts';
import { type Dataset, divide } from '../dataset/split.ts';
import { checkedAliasKey, readAlias } from '../registry/alias.ts';
import { promote } from '../registry/registry.ts';
import type { Settings } from '../run/settings.ts';
import type { ObjectStore } from '../store/store.ts';
import { ensureTrained, type JobContext } from './ensure-trained.ts';
import {
  type Comparison,
  compareModels,
  explainComparison,
  type GateOptions,
  passes,
  requireHeldOut,
} from './gate.ts';
import { storeVerdict } from './gate-verdict.ts';
import { correctPredictions } from './held-out-accuracy.ts';
import type { FinishedRecord } from './training-record.ts';
import { listTrainings } from './trainings.ts';

/** A trained version, and the alias that it may be promoted to. */
interface Candidate {
  name: string;
  version: string;
  alias: string;
  /** The version that the alias points at; undefined for a new alias. */
  current: string | undefined;
}

/**
 * Trains each model of `settings`, and promotes it if it passes the gate. A rejected model does not stop the others.
 * @throws ExplainedError of kind `rejected` for the first rejected model, after all models are trained
 * @throws ExplainedError of kind `usage` when too few images are held out; otherwise as `ensureTrained` and `promote`
 */
export async function retrain(
  store: ObjectStore,
  settings: Settings,
  options: GateOptions,
  context: JobContext,
): Promise<void> {
  requireHeldOut(settings);
  const rejections: ExplainedError[] = [];
  for (const training of await listTrainings(settings)) {
    checkedAliasKey(training.model, options.alias);
    const record = await ensureTrained(store, training, context);
    if (record.outcome === 'diverged') {
      throw new ExplainedError({
        kind: 'divergence',
        what: `${training.model} cannot be promoted: ${record.why}`,
        next: `Change the recipe: the same settings diverge again (record ${training.key}).`,
      });
    }
    await promoteIfPassing(store, record, settings, options, context).catch((error: unknown) => {
      if (!(error instanceof ExplainedError) || error.kind !== 'rejected') throw error;
      rejections.push(error);
    });
  }
  const [first, ...others] = rejections;
  for (const { message } of others) context.log(message);
  if (first) throw first;
}

/**
 * Points the alias at a trained version if it passes the gate.
 * @throws ExplainedError of kind `rejected` if it does not
 */
async function promoteIfPassing(
  store: ObjectStore,
  { name, version }: FinishedRecord,
  settings: Settings,
  { alias, tolerance }: GateOptions,
  { dataset, log }: JobContext,
): Promise<void> {
  const { current } = await readAlias(store, checkedAliasKey(name, alias));
  if (current?.version === version) return log(`${alias} of ${name} already points at ${version}.`);
  const candidate = { name, version, alias, current: current?.version };
  if (current?.withdrawn.includes(version)) throw rejection(candidate, 'it was rolled back before');
  let reason = `first version of ${alias}`;
  if (current) {
    const comparison = await compareVersions(
      store,
      candidate,
      current.version,
      await dataset(settings),
      settings,
      log,
    );
    reason = explainComparison(comparison, tolerance);
    const promoted = passes(comparison, tolerance);
    const verdict = { name, alias, version, present: current.version, ...comparison, tolerance, promoted };
    await storeVerdict(store, verdict, log);
    if (!promoted) throw rejection(candidate, reason);
  }
  const options = { alias, reason: `retrain: ${reason}`, log };
  const { from } = await promote(store, name, version, options, { version: current?.version });
  log(`${alias} of ${name}: ${from ?? 'none'} → ${version} (${reason})`);
}

/** Compares both versions on the held-out images. Reads them from the store, as the Worker does. */
async function compareVersions(
  store: ObjectStore,
  { name, version }: Candidate,
  current: string,
  dataset: Dataset,
  settings: Settings,
  log: (line: string) => void,
): Promise<Comparison> {
  const { train, heldOut } = divide(dataset, settings.heldOut);
  const read = async (key: string) => {
    const object = await store.get(key);
    if (object) return object.bytes;
    throw new ExplainedError({
      kind: 'model',
      what: `cannot compare ${version} with ${current}`,
      expected: `${key} in ${store.description}`,
      got: 'none',
      next: 'Point the alias at a complete version with npm run promote.',
    });
  };
  const correct = async (version: string) =>
    correctPredictions(await read(modelKey(name, version, 'onnx')), heldOut, dataset.classes.length);
  const manifestKey = modelKey(name, current, 'json');
  const { training } = parseStored(Manifest, manifestKey, await read(manifestKey));
  if (training && training.images > train.count) {
    log(`Warning: ${current} was also trained on the held-out images, so its accuracy on them is too high.`);
  }
  return compareModels(await correct(version), await correct(current));
}

function rejection({ name, version, alias, current }: Candidate, why: string): ExplainedError {
  return new ExplainedError({
    kind: 'rejected',
    what: `${name} ${version} is not promoted, and ${alias} still points at ${current}: ${why}`,
    next: `To promote it anyway: npm run promote -- ${version} --name ${name} --alias ${alias}`,
  });
}

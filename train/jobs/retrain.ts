/**
 * @file The scheduled retraining: trains the models of a recipe unless they were trained before, and points an alias at those that pass
 * the gate. The verdict is stored before the alias moves.
 */
import { ExplainedError } from '#shared/errors.ts';
import { Manifest, modelKey, parseStored } from '#shared/manifest.ts';
import { isFolder } from '../dataset/open.ts';
import { divide } from '../dataset/split.ts';
import { commandLine } from '../installation.ts';
import { checkedAliasKey, readAlias } from '../registry/alias.ts';
import { promote } from '../registry/registry.ts';
import type { Settings } from '../run/settings.ts';
import type { ObjectStore } from '../store/store.ts';
import { ensureTrained, type JobContext } from './ensure-trained.ts';
import { comparedImages, correctOnFolder, openJobFolder } from './folder-dataset.ts';
import {
  type Comparison,
  compareModels,
  explainComparison,
  type GateOptions,
  passes,
  requireHeldOut,
  requireImages,
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
  await requireComparable(settings, options.tolerance);
  const rejections: ExplainedError[] = [];
  for (const training of await listTrainings(settings)) {
    checkedAliasKey(training.name, options.alias);
    const record = await ensureTrained(store, training, context);
    if (record.outcome === 'diverged') {
      throw new ExplainedError({
        kind: 'divergence',
        what: `${training.name} cannot be promoted: ${record.why}`,
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
    const why = `cannot compare ${version} with ${current.version}`;
    const [trained, present] = await Promise.all(
      [version, current.version].map((wanted) => readVersion(store, name, wanted, why)),
    );
    const { none } = present.manifest;
    if (none !== undefined && trained.manifest.none === undefined)
      throw rejection(candidate, `the current version declines pictures of “${none}”, and this one does not`);
    const comparison = await compareVersions(trained, present, settings, { dataset, log });
    reason = explainComparison(comparison, tolerance);
    const promoted = passes(comparison, tolerance);
    const verdict = { name, alias, version, present: current.version, ...comparison, tolerance, promoted };
    await storeVerdict(store, verdict, log);
    if (!promoted) throw rejection(candidate, reason, comparison);
  }
  const options = { alias, reason: `retrain: ${reason}`, log };
  const { from } = await promote(store, name, version, options, { version: current?.version });
  log(`${alias} of ${name}: ${from ?? 'none'} → ${version} (${reason})`);
}

/**
 * Checks that the data set has images enough for the gate.
 * @throws ExplainedError of kind `usage` when it has too few
 */
export async function requireComparable(settings: Settings, tolerance: number): Promise<void> {
  if (!isFolder(settings)) return requireHeldOut(settings);
  const dataset = await openJobFolder(settings);
  requireImages(dataset.name, comparedImages(dataset, settings).count, tolerance);
}

/** A version as it is in the store. */
interface StoredVersion {
  manifest: Manifest;
  onnx: Uint8Array;
}

/** Compares two versions on images that neither was trained on. */
async function compareVersions(
  candidate: StoredVersion,
  current: StoredVersion,
  settings: Settings,
  { dataset: open, log }: Pick<JobContext, 'dataset' | 'log'>,
): Promise<Comparison> {
  if (isFolder(settings)) {
    const correct = ({ onnx, manifest }: StoredVersion) => correctOnFolder(onnx, manifest, settings);
    return compareModels(await correct(candidate), await correct(current));
  }
  const { train, heldOut } = divide(await open(settings), settings.heldOut);
  const { training, version } = current.manifest;
  if (training && training.images > train.count) {
    log(`Warning: ${version} was also trained on the held-out images, so its accuracy on them is too high.`);
  }
  const correct = ({ onnx, manifest }: StoredVersion) =>
    correctPredictions(onnx, heldOut, manifest.labels.length);
  return compareModels(await correct(candidate), await correct(current));
}

/**
 * Reads a version from the store, as the Worker does.
 * @throws ExplainedError of kind `model`, which begins with `why`, when the store does not have it
 */
async function readVersion(
  store: ObjectStore,
  name: string,
  version: string,
  why: string,
): Promise<StoredVersion> {
  const read = async (key: string) => {
    const object = await store.get(key);
    if (object) return object.bytes;
    throw new ExplainedError({
      kind: 'model',
      what: why,
      expected: `${key} in ${store.description}`,
      got: 'none',
      next: `Point the alias at a complete version with ${commandLine('promote')}.`,
    });
  };
  const key = modelKey(name, version, 'json');
  const manifest = parseStored(Manifest, key, await read(key));
  return { manifest, onnx: await read(modelKey(name, version, 'onnx')) };
}

function rejection(
  { name, version, alias, current }: Candidate,
  why: string,
  comparison?: Comparison,
): ExplainedError {
  const isOpen = comparison !== undefined && comparison.interval[1] > 0;
  const advice = isOpen ? 'The images do not show which model is better: more of them would. ' : '';
  return new ExplainedError({
    kind: 'rejected',
    what: `${name} ${version} is not promoted, and ${alias} still points at ${current}: ${why}`,
    next: `${advice}To promote it anyway: ${commandLine('promote', version, '--name', name, '--alias', alias)}`,
  });
}

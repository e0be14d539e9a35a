/**
 * @file The scheduled run: train what the recipe says, unless it was trained before, and let the alias mean it if it is not worse.
 *
 * Why it was promoted or not is kept as `verdicts/<name>/<version>/<sha256>.json`, immutable, before the alias moves.
 */
import { sha256 } from '#shared/digest.ts';
import { ExplainedError } from '#shared/errors.ts';
import {
  aliasKey,
  CONTENT_TYPES,
  FORMAT_VERSION,
  Manifest,
  modelKey,
  parseStored,
  serializeStored,
} from '#shared/manifest.ts';
import { type Dataset, divide } from '../dataset/split.ts';
import { checkedAliasKey, readAlias } from '../registry/alias.ts';
import { promote } from '../registry/registry.ts';
import type { Settings } from '../run/settings.ts';
import { withConditions } from '../store/conditional.ts';
import type { ObjectStore } from '../store/store.ts';
import { type Comparison, compareRight, explainComparison, passes } from './gate.ts';
import { rightAnswers } from './judge.ts';
import { type OnceContext, trainingsOf, trainOnce } from './once.ts';
import type { FinishedRecord } from './record.ts';

export interface RetrainOptions {
  /** The alias to move. */
  alias: string;
  /** By which accuracy the new model may be worse, 0..1. */
  tolerance: number;
}

/** Of images that both models are judged on: fewer tell too little of a difference of one per cent. */
const LEAST_HELD_OUT = 1000;

/**
 * Trains each model of `settings` and promotes it; one that is rejected keeps no other from it.
 * @throws ExplainedError of kind `rejected`, the first, when one is not promoted; `usage` when nothing is held out to judge by; otherwise as `trainOnce`
 *   and `promote`
 */
export async function retrain(
  store: ObjectStore,
  settings: Settings,
  { alias, tolerance }: RetrainOptions,
  context: OnceContext,
): Promise<void> {
  requireHeldOut(settings);
  const rejections: ExplainedError[] = [];
  for (const training of await trainingsOf(settings)) {
    checkedAliasKey(training.model, alias);
    const record = await trainOnce(store, training, context);
    if (record.outcome === 'diverged') {
      throw new ExplainedError({
        kind: 'divergence',
        what: `${training.model} cannot be promoted: ${record.why}`,
        next: `Change the recipe: the same again ends the same (record ${training.key}).`,
      });
    }
    await place(store, record, settings, { alias, tolerance }, context).catch((error: unknown) => {
      if (!(error instanceof ExplainedError) || error.kind !== 'rejected') throw error;
      rejections.push(error);
    });
  }
  const [first, ...others] = rejections;
  for (const { message } of others) context.log(message);
  if (first) throw first;
}

/** Moves the alias to a trained version, or says why not. */
async function place(
  store: ObjectStore,
  { name, version }: FinishedRecord,
  settings: Settings,
  { alias, tolerance }: RetrainOptions,
  { dataset, log }: OnceContext,
): Promise<void> {
  const { current } = await readAlias(store, aliasKey(name, alias));
  if (current?.version === version) return log(`${alias} of ${name} means ${version} already.`);
  const decided = { name, alias, version, present: current?.version ?? null };
  if (current?.withdrawn.includes(version)) {
    throw rejection(decided, 'it was there before, and somebody rolled it back');
  }
  let why = `there was no ${alias} to compare with`;
  if (current) {
    const comparison = await compare(store, name, version, current.version, await dataset(), settings, log);
    why = explainComparison(comparison, tolerance);
    const promoted = passes(comparison, tolerance);
    await keepVerdict(store, { ...decided, ...comparison, tolerance, promoted }, log);
    if (!promoted) throw rejection(decided, why);
  }
  const { from } = await promote(
    store,
    name,
    version,
    { alias, reason: `retrain: ${why}`, log },
    { version: current?.version },
  );
  log(`${alias} of ${name}: ${from ?? 'none'} → ${version}. ${why}.`);
}

/** Both versions on the images that were held out, read from the store as the edge would. */
async function compare(
  store: ObjectStore,
  name: string,
  candidate: string,
  present: string,
  dataset: Dataset,
  { heldOut: images }: Settings,
  log: (line: string) => void,
): Promise<Comparison> {
  const { train, heldOut } = divide(dataset, images);
  const read = async (key: string) => {
    const object = await store.get(key);
    if (object) return object.bytes;
    throw new ExplainedError({
      kind: 'model',
      what: `cannot compare ${candidate} with ${present}`,
      expected: `${key} in ${store.description}`,
      got: 'none',
      next: 'Let the alias mean a version that is complete: npm run promote.',
    });
  };
  const right = async (version: string) => rightAnswers(await read(modelKey(name, version, 'onnx')), heldOut);
  const manifestKey = modelKey(name, present, 'json');
  const { training } = parseStored(Manifest, manifestKey, await read(manifestKey));
  if (training.images > train.count) {
    log(`${present} was trained on the held-out images, too: it looks better on them than it is.`);
  }
  return compareRight(await right(candidate), await right(present));
}

interface Verdict extends Comparison {
  name: string;
  alias: string;
  version: string;
  present: string | null;
  tolerance: number;
  promoted: boolean;
}

/** The same verdict is the same object. */
async function keepVerdict(store: ObjectStore, verdict: Verdict, log: (line: string) => void): Promise<void> {
  const bytes = serializeStored({ formatVersion: FORMAT_VERSION, ...verdict });
  const key = `verdicts/${verdict.name}/${verdict.version}/${await sha256(bytes)}.json`;
  await withConditions(store, log).put(key, bytes, CONTENT_TYPES.json, { ifAbsent: true });
  log(`Verdict: ${key}`);
}

function rejection(
  { name, alias, version, present }: Pick<Verdict, 'name' | 'alias' | 'version' | 'present'>,
  why: string,
): ExplainedError {
  return new ExplainedError({
    kind: 'rejected',
    what: `${name} ${version} is not promoted; ${alias} stays ${present}: ${why}`,
    next: `It is in the store: npm run promote -- ${version} lets ${alias} mean it all the same.`,
  });
}

/** @throws ExplainedError of kind `usage` when there are too few images to judge by */
export function requireHeldOut({ heldOut }: Settings): void {
  if (heldOut >= LEAST_HELD_OUT) return;
  throw new ExplainedError({
    kind: 'usage',
    what: 'cannot retrain',
    expected: `${LEAST_HELD_OUT} training images or more that are held out, to judge the models by`,
    got: `${heldOut}`,
    next: 'Use --recipe edge, or --held-out 5000.',
  });
}

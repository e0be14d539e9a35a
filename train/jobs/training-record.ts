/**
 * @file The record of a training in the object store, and the place of its checkpoints:
 *
 * ```
 * records/<key>.json                     immutable; the result of the training
 * runs/<key>/<network>.safetensors       the newest checkpoint
 * ```
 *
 * `<key>` is the training key. The record contains the inputs that hash to it, so a record under a wrong key is detected.
 */
import * as v from 'valibot';
import { ExplainedError } from '#shared/errors.ts';
import {
  CONTENT_TYPES,
  FORMAT_VERSION,
  isVersion,
  Metrics,
  parseStored,
  serializeStored,
} from '#shared/manifest.ts';
import { Count, Real, Time, Whole } from '#shared/validation.ts';
import { withConditions } from '../store/conditional.ts';
import type { ObjectStore } from '../store/store.ts';
import { trainingKey } from './training-key.ts';

const common = {
  formatVersion: v.literal(FORMAT_VERSION),
  /** The training's inputs. */
  asked: v.record(v.string(), v.unknown()),
  /** Name and description of the engine. */
  engine: v.string(),
  gitCommit: v.nullable(v.string()),
  finishedAt: Time,
};

const Finished = v.object({
  ...common,
  outcome: v.literal('finished'),
  name: v.string(),
  version: v.pipe(v.string(), v.check(isVersion)),
  metrics: Metrics,
  /** Number of held-out images, and of those that the model classifies correctly; null when none are held out. */
  heldOut: v.nullable(v.object({ images: Count, right: Whole })),
  seconds: Real,
});

/** Divergence is a result, too: the same training would diverge again. */
const Diverged = v.object({ ...common, outcome: v.literal('diverged'), why: v.string() });

const TrainingRecord = v.variant('outcome', [Finished, Diverged]);
export type TrainingRecord = v.InferOutput<typeof TrainingRecord>;
export type FinishedRecord = v.InferOutput<typeof Finished>;

const recordPath = (key: string): string => `records/${key}.json`;

/** Returns the prefix of a training's checkpoints. */
export const checkpointPrefix = (key: string): string => `runs/${key}/`;

/**
 * Reads the record of the training with this key; undefined when the training has no result yet.
 * @throws ExplainedError of kind `model` for a damaged record, or one of another training
 */
export async function readRecord(store: ObjectStore, key: string): Promise<TrainingRecord | undefined> {
  const path = recordPath(key);
  const object = await store.get(path);
  if (!object) return undefined;
  const record = parseStored(TrainingRecord, path, object.bytes);
  const got = await trainingKey(record.asked);
  if (got === key) return record;
  throw new ExplainedError({
    kind: 'model',
    what: `cannot use ${path} in ${store.description}`,
    expected: 'a record whose settings hash to its key',
    got: `one that hashes to ${got}`,
    next: 'Delete this object; the training is then repeated.',
  });
}

/** Writes a record unless the training has one: the first record stays. */
export async function writeRecord(
  store: ObjectStore,
  record: TrainingRecord,
  log: (line: string) => void,
): Promise<void> {
  const path = recordPath(await trainingKey(record.asked));
  await withConditions(store, log).put(path, serializeStored(record), CONTENT_TYPES.json, { ifAbsent: true });
}

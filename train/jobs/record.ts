/**
 * @file What the object store keeps of a training beside its release:
 *
 * ```
 * records/<key>.json                     immutable; what came out
 * runs/<key>/<network>.safetensors       the newest checkpoint of one that is not done
 * ```
 *
 * `<key>` is the digest of what was asked for, which the record repeats: it cannot be read under another name.
 */
import * as v from 'valibot';
import { ExplainedError } from '#shared/errors.ts';
import {
  CONTENT_TYPES,
  FORMAT_VERSION,
  isVersion,
  Manifest,
  parseStored,
  serializeStored,
} from '#shared/manifest.ts';
import { Count, Real, Time, Whole } from '#shared/validation.ts';
import { withConditions } from '../store/conditional.ts';
import type { ObjectStore } from '../store/store.ts';
import { keyOf } from './asked.ts';

const common = {
  formatVersion: v.literal(FORMAT_VERSION),
  asked: v.record(v.string(), v.unknown()),
  /** What computed. */
  engine: v.string(),
  gitCommit: v.nullable(v.string()),
  finishedAt: Time,
};

const Finished = v.object({
  ...common,
  outcome: v.literal('finished'),
  name: v.string(),
  version: v.pipe(v.string(), v.check(isVersion)),
  metrics: Manifest.entries.metrics,
  /** Of the training images that were held out, those that the model gets right; null where none was. */
  heldOut: v.nullable(v.object({ images: Count, right: Whole })),
  seconds: Real,
});

/** A result as well: the same again would diverge again. */
const Diverged = v.object({ ...common, outcome: v.literal('diverged'), why: v.string() });

const TrainingRecord = v.variant('outcome', [Finished, Diverged]);
export type TrainingRecord = v.InferOutput<typeof TrainingRecord>;
export type FinishedRecord = v.InferOutput<typeof Finished>;

const recordKey = (key: string): string => `records/${key}.json`;

/** Prefix of the checkpoints of a training. */
export const checkpointPrefix = (key: string): string => `runs/${key}/`;

/**
 * The record of the training with this key; undefined when it is not done.
 * @throws ExplainedError of kind `model` for one that cannot be read, or is another training's
 */
export async function readRecord(store: ObjectStore, key: string): Promise<TrainingRecord | undefined> {
  const path = recordKey(key);
  const object = await store.get(path);
  if (!object) return undefined;
  const record = parseStored(TrainingRecord, path, object.bytes);
  const got = await keyOf(record.asked);
  if (got === key) return record;
  throw new ExplainedError({
    kind: 'model',
    what: `cannot use ${path} in ${store.description}`,
    expected: 'the record of what its name stands for',
    got: `one of ${got}`,
    next: 'Remove this object: the training is then done again.',
  });
}

/** Keeps a record. Of two for one training the first stays. */
export async function writeRecord(
  store: ObjectStore,
  record: TrainingRecord,
  log: (line: string) => void,
): Promise<void> {
  const path = recordKey(await keyOf(record.asked));
  await withConditions(store, log).put(path, serializeStored(record), CONTENT_TYPES.json, { ifAbsent: true });
}

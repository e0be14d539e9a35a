/**
 * @file The registry format: which objects a model is made of, and what they say.
 *
 * ```
 * models/<name>/<version>.onnx          immutable; <version> is the SHA-256 of these bytes
 * models/<name>/<version>.json          immutable; the manifest: all that a server needs to know of the model
 * models/<name>/<version>.safetensors   immutable; the weights under PyTorch's names
 * aliases/<name>/<alias>.json           the only objects that change: which version the alias means
 * ```
 *
 * A version is complete once its manifest exists: weights are written first, the manifest after them, an alias last.
 * Every object carries `formatVersion`; a reader refuses a version that it does not know.
 */

import * as v from 'valibot';
import { ExplainedError } from './errors.ts';
import { Count, describeIssue, Real, Share, Time, Whole } from './validation.ts';

/** Version of the format in this file's head. */
export const FORMAT_VERSION = 1;

/** The alias that the edge serves unless told otherwise. */
export const DEFAULT_ALIAS = 'stable';

/** In answers, the alias of the release compiled into the Worker; never the name of an object. */
export const BUNDLED_ALIAS = 'bundled';

const NAME = /^[a-z0-9][a-z0-9-]{0,62}$/;
const SHA256 = /^[0-9a-f]{64}$/;

/** Of a model or an alias. */
export const isName = (text: string): boolean => NAME.test(text);
export const isVersion = (text: string): boolean => SHA256.test(text);

const Sha256 = v.pipe(v.string(), v.regex(SHA256));
const Positive = v.pipe(Real, v.gtValue(0));

const TensorInfo = v.object({
  name: v.string(),
  dtype: v.literal('float32'),
  /** Sizes; a string names a dimension that may be anything. */
  shape: v.array(v.union([Count, v.string()])),
});

/** An input that the model's owner has run, and what came out: a server that gets other logits must not serve the model. */
const GoldenVector = v.object({
  /** Pixel bytes of one image, base64; divide by 255 for the network's input. */
  pixels: v.pipe(v.string(), v.base64()),
  logits: v.array(Real),
});

/**
 * How sure the scores are: softmax(logits / temperature), the temperature scaling of Guo et al., "On Calibration of Modern Neural
 * Networks", ICML 2017.
 */
export const Calibration = v.object({
  method: v.literal('temperature'),
  temperature: Positive,
  /** Training images that the temperature was fitted on: the model, or a twin of it in its place, was not trained on them. */
  heldOut: Count,
  /** Expected calibration error on test images, in bins of equal width: of softmax(logits), and with the temperature. */
  ece: v.object({ before: Share, after: Share, bins: Count, images: Count }),
});
export type Calibration = v.InferOutput<typeof Calibration>;

export const Manifest = v.object({
  formatVersion: v.literal(FORMAT_VERSION),
  name: v.pipe(v.string(), v.regex(NAME)),
  version: Sha256,
  /** Size of the ONNX file. */
  bytes: Count,
  irVersion: Count,
  opset: Count,
  input: TensorInfo,
  output: TensorInfo,
  labels: v.array(v.string()),
  parameters: Count,
  /** Version of shared/input/garment that the model was made for. */
  photoPipeline: Count,
  /** On the test set; `labAccuracy` is the mean of the batches' accuracies in percent, `testAccuracy` the share of right images. */
  metrics: v.object({ trainLoss: Real, testLoss: Real, labAccuracy: Real, testAccuracy: Real }),
  training: v.object({
    recipe: v.string(),
    seed: Whole,
    epochs: Count,
    /** Images trained on; the whole training set unless a limit was asked for. */
    images: Count,
    engine: v.string(),
    /** Official file name → MD5. */
    dataset: v.record(v.string(), v.string()),
    /** Commit of the trainer, with `-dirty` when the tree had changes; null outside a git checkout. */
    gitCommit: v.nullable(v.string()),
  }),
  /** Without it the temperature is 1. The first releases say that temperature alone. */
  calibration: v.optional(v.partial(Calibration, ['method', 'heldOut', 'ece'])),
  golden: v.object({
    tolerance: Positive,
    vectors: v.pipe(v.array(GoldenVector), v.minLength(1)),
  }),
});
export type Manifest = v.InferOutput<typeof Manifest>;

export const Alias = v.object({
  formatVersion: v.literal(FORMAT_VERSION),
  version: Sha256,
  /** Versions that the alias meant before, latest first. */
  previous: v.array(Sha256),
  /** Versions that a rollback has left, latest first: no scheduled run promotes them again. */
  withdrawn: v.optional(v.array(Sha256), []),
  promotedAt: Time,
  reason: v.string(),
});
export type Alias = v.InferOutput<typeof Alias>;

export type ModelFile = 'onnx' | 'json' | 'safetensors';

/** Content types of the stored objects. */
export const CONTENT_TYPES: Record<ModelFile, string> = {
  onnx: 'application/octet-stream',
  json: 'application/json',
  safetensors: 'application/octet-stream',
};

/** Key of one of a version's three objects. */
export function modelKey(name: string, version: string, file: ModelFile): string {
  return `models/${checked(NAME, name)}/${checked(SHA256, version)}.${file}`;
}

/** Key of an alias. */
export function aliasKey(name: string, alias: string): string {
  return `aliases/${checked(NAME, name)}/${checked(NAME, alias)}.json`;
}

/** A part of a key. */
function checked(pattern: RegExp, text: string): string {
  if (pattern.test(text)) return text;
  const [expected, got] = [`${pattern}`, JSON.stringify(text)];
  throw new ExplainedError({ kind: 'usage', what: 'cannot name an object', expected, got });
}

/**
 * Reads a stored JSON object.
 * @param key named in the error
 * @throws ExplainedError of kind `model` when the bytes are no JSON or not of this format
 */
export function parseStored<T>(schema: v.GenericSchema<unknown, T>, key: string, bytes: Uint8Array): T {
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch (cause) {
    throw new ExplainedError({
      kind: 'model',
      what: `cannot read ${key}`,
      expected: 'JSON',
      got: `${bytes.length} bytes that are none`,
      cause,
    });
  }
  const { success, output, issues } = v.safeParse(schema, value, { abortEarly: true });
  if (success) return output;
  throw new ExplainedError({
    kind: 'model',
    what: `cannot use ${key}`,
    expected: `registry format ${FORMAT_VERSION}`,
    got: describeIssue(issues[0]),
    next: 'Push the model again with this version of the trainer.',
  });
}

/** The bytes of a manifest, an alias or a record as stored. */
export function serializeStored(value: object): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(`${JSON.stringify(value, null, 2)}\n`);
}

/**
 * @file The registry format: the objects of a model and their content.
 *
 * ```
 * models/<name>/<version>.onnx          immutable; <version> is the SHA-256 of these bytes
 * models/<name>/<version>.json          immutable; the manifest, with everything that a server needs to serve the model
 * models/<name>/<version>.safetensors   immutable; the weights under PyTorch's names, of a model that this project trained
 * aliases/<name>/<alias>.json           mutable; the version that the alias points at
 * ```
 *
 * A version is complete once its manifest exists. Writers therefore write the weights first, then the manifest, then the
 * alias. Manifests and aliases contain `formatVersion`, and readers refuse a version that they do not support.
 */

import * as v from 'valibot';
import { ExplainedError } from './errors.ts';
import { Count, describeIssue, Real, Share, Time, Whole } from './validation.ts';

/** Version of the format that the head of this file describes. */
export const FORMAT_VERSION = 1;

/**
 * Bytes of the largest ONNX file that the Worker serves. onnxruntime's Worker holds it twice while it loads it, and has 128 MB of memory.
 */
export const LARGEST_MODEL = 48 * 2 ** 20;

/** Bytes of the largest alias and of the largest manifest that the Worker reads. A manifest has the pixels of its golden vectors. */
export const LARGEST_ALIAS = 2 ** 20;
export const LARGEST_MANIFEST = 8 * 2 ** 20;

/** Every isolate runs the golden vectors before it serves a model. `push` writes three. */
const MOST_GOLDEN_VECTORS = 16;

/** The alias that the Worker serves by default. */
export const DEFAULT_ALIAS = 'stable';

/** The alias of the bundled model in responses. No stored alias has this name. */
export const BUNDLED_ALIAS = 'bundled';

const NAME = /^[a-z0-9][a-z0-9-]{0,62}$/;
const SHA256 = /^[0-9a-f]{64}$/;

/** Returns whether `text` can be the name of a model or an alias. */
export const isName = (text: string): boolean => NAME.test(text);
export const isVersion = (text: string): boolean => SHA256.test(text);

const Sha256 = v.pipe(v.string(), v.regex(SHA256));
const Positive = v.pipe(Real, v.gtValue(0));

const TensorInfo = v.object({
  name: v.string(),
  dtype: v.literal('float32'),
  /** Sizes of the dimensions; a string is the name of a dimension of any size. */
  shape: v.array(v.union([Count, v.string()])),
});

/** valibot's check of base64 with another expression: its own overflows the stack on a few million characters. */
const Base64 = {
  ...v.base64<string>(),
  requirement: {
    test: (text: string) => text.length % 4 === 0 && !/[^A-Za-z\d+/=]|=[^=]|===/.test(text),
  } as RegExp,
};

/**
 * An input with the output that the trainer, or onnxruntime at the push, computed for it. A server that computes another output must
 * not serve the model.
 */
const GoldenVector = v.object({
  /** Pixel bytes [channels, height, width] of one image, in base64. */
  pixels: v.pipe(v.string(), Base64),
  /** The values of the output, whether they are logits or probabilities. */
  logits: v.array(Real),
});

/**
 * How the scores were calibrated. Scores are softmax(logits / temperature), the temperature scaling of Guo et al., "On
 * Calibration of Modern Neural Networks", ICML 2017.
 */
export const Calibration = v.object({
  method: v.literal('temperature'),
  temperature: Positive,
  /**
   * Number of held-out training images that the temperature was fitted on. The model was not trained on them; or a twin was
   * trained without them, and the temperature was fitted on the twin.
   */
  heldOut: Count,
  /** Expected calibration error on test images in bins of equal width, before and after dividing by the temperature. */
  ece: v.object({ before: Share, after: Share, bins: Count, images: Count }),
});
export type Calibration = v.InferOutput<typeof Calibration>;

/**
 * How a picture is scaled to the size of the network's input (shared/input/fit): `cover` crops what exceeds it, `contain` pads. The
 * input is (byte / 255 − mean) / std in each channel.
 */
const Fit = v.object({
  /** Version of the scaling. */
  version: Count,
  mode: v.picklist(['cover', 'contain']),
  /** One number for each channel; zeros if absent. */
  mean: v.exactOptional(v.array(Real)),
  /** One number for each channel; ones if absent. */
  std: v.exactOptional(v.array(Positive)),
});
export type Fit = v.InferOutput<typeof Fit>;

/**
 * Results on the test set: `labAccuracy` is the mean accuracy of the batches in percent, `testAccuracy` the share of correctly
 * classified images.
 */
export const Metrics = v.object({
  trainLoss: Real,
  testLoss: Real,
  labAccuracy: Real,
  testAccuracy: Real,
});

const ReleaseId = v.object({ name: v.string(), version: Sha256 });

/** How the model was trained. */
const Training = v.object({
  /** The recipe that the settings come from. `changed` has the names of those that differ from it. */
  recipe: v.string(),
  changed: v.exactOptional(v.array(v.string())),
  /** The settings that decide the result, by name, such as `batchSize`. The first releases lack them, and `changed`. */
  settings: v.exactOptional(v.record(v.string(), v.unknown())),
  seed: Whole,
  epochs: Count,
  /** Number of training images: the whole training set unless limited. */
  images: Count,
  engine: v.string(),
  /** Digest of each source of the data set, by name. */
  dataset: v.record(v.string(), v.string()),
  /** Number of test images of the metrics; absent for the whole test set. */
  testImages: v.exactOptional(Count),
  /** The release from all of whose weights the training started. */
  weights: v.optional(ReleaseId),
  /** The release whose convolutions the training started from; absent if they were drawn. */
  pretrained: v.optional(ReleaseId),
  /** The release whose probabilities took the place of the labels; absent if the labels were trained on. */
  teacher: v.optional(ReleaseId),
  /** Commit of the trainer, with `-dirty` if the working tree had changes; null outside a git checkout. */
  gitCommit: v.nullable(v.string()),
});

export const Manifest = v.object({
  formatVersion: v.literal(FORMAT_VERSION),
  name: v.pipe(v.string(), v.regex(NAME)),
  version: Sha256,
  /** Size of the ONNX file, in bytes. */
  bytes: Count,
  irVersion: Count,
  opset: Count,
  input: v.object({
    ...TensorInfo.entries,
    /** Order of the dimensions: [batch, height, width, channels], or [batch, channels, height, width] if absent. */
    layout: v.exactOptional(v.literal('NHWC')),
  }),
  output: v.object({
    ...TensorInfo.entries,
    /** `probabilities`: the graph ends with a softmax, so that the output has the scores. Logits if absent. */
    values: v.exactOptional(v.literal('probabilities')),
  }),
  /** The engine that runs the model. If absent, this project's kernels are tried first, then onnxruntime. */
  engine: v.exactOptional(v.literal('onnxruntime')),
  labels: v.pipe(v.array(v.string()), v.minLength(1)),
  /** The label, one of `labels`, of pictures that show none of the others. The model declines to answer then. */
  none: v.exactOptional(v.string()),
  parameters: Count,
  /**
   * Version of the photo pipeline for garments (shared/input/garment) that makes the input of a picture. A manifest has either this
   * or `fit`.
   */
  photoPipeline: v.exactOptional(Count),
  fit: v.exactOptional(Fit),
  /** The model declines to answer when it is less certain (shared/abstention.ts); 0.5 if absent, 0.4 for a model with `none`. */
  leastScore: v.exactOptional(Share),
  /** Absent for a model of another trainer, like `training`. */
  metrics: v.exactOptional(Metrics),
  training: v.exactOptional(Training),
  /** The temperature is 1 if this is absent. The first releases contain only that temperature. */
  calibration: v.optional(v.partial(Calibration, ['method', 'heldOut', 'ece'])),
  golden: v.object({
    tolerance: Positive,
    vectors: v.pipe(v.array(GoldenVector), v.minLength(1), v.maxLength(MOST_GOLDEN_VECTORS)),
  }),
});
export type Manifest = v.InferOutput<typeof Manifest>;

/** The manifest of a model that this project has trained. */
export type TrainedManifest = Manifest & Required<Pick<Manifest, 'metrics' | 'training'>>;

export const Alias = v.object({
  formatVersion: v.literal(FORMAT_VERSION),
  version: Sha256,
  /** Versions that the alias pointed at before, latest first. */
  previous: v.array(Sha256),
  /** Versions that were rolled back, latest first. Scheduled runs do not promote them again. */
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

/** Returns the key of one of a version's three objects. */
export function modelKey(name: string, version: string, file: ModelFile): string {
  return `models/${checked(NAME, name)}/${checked(SHA256, version)}.${file}`;
}

/** The keys of all aliases begin with this. */
export const ALIASES = 'aliases/';

/** Returns the key of an alias. */
export function aliasKey(name: string, alias: string): string {
  return `${ALIASES}${checked(NAME, name)}/${checked(NAME, alias)}.json`;
}

/**
 * Returns `text` if it can be a part of a key.
 * @throws ExplainedError of kind `usage` otherwise
 */
function checked(pattern: RegExp, text: string): string {
  if (pattern.test(text)) return text;
  const [expected, got] = [`${pattern}`, JSON.stringify(text)];
  throw new ExplainedError({ kind: 'usage', what: 'invalid name or version', expected, got });
}

/**
 * Parses a stored JSON object.
 * @param key the object's key, for the error
 * @throws ExplainedError of kind `model` when the bytes are not JSON or do not match the schema
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
      got: `${bytes.length} bytes that are not JSON`,
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

/** Returns the bytes of a manifest, alias or training record as they are stored. */
export function serializeStored(value: object): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(`${JSON.stringify(value, null, 2)}\n`);
}

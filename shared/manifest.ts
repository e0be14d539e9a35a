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

import * as z from 'zod/mini';
import en from 'zod/v4/locales/en.js';
import { ExplainedError } from './errors.ts';

/** Version of the format in this file's head. */
export const FORMAT_VERSION = 1;

/** The alias that the edge serves unless told otherwise. */
export const DEFAULT_ALIAS = 'stable';

/** In answers, the alias of the release compiled into the Worker; never the name of an object. */
export const BUNDLED_ALIAS = 'bundled';

// The small flavour of zod brings no texts of its own.
z.config(en());

const Name = z.string().check(z.regex(/^[a-z0-9][a-z0-9-]{0,62}$/));
const Sha256 = z.string().check(z.regex(/^[0-9a-f]{64}$/));
const Finite = z.number();
const Count = z.int().check(z.positive());

/** Of a model or an alias. */
export const isName = (text: string): boolean => Name.safeParse(text).success;
export const isVersion = (text: string): boolean => Sha256.safeParse(text).success;

const TensorInfo = z.object({
  name: z.string(),
  dtype: z.literal('float32'),
  /** Sizes; a string names a dimension that may be anything. */
  shape: z.array(z.union([Count, z.string()])),
});

/** An input that the model's owner has run, and what came out: a server that gets other logits must not serve the model. */
const GoldenVector = z.object({
  /** Pixel bytes of one image, base64; divide by 255 for the network's input. */
  pixels: z.base64(),
  logits: z.array(Finite),
});

export const Manifest = z.object({
  formatVersion: z.literal(FORMAT_VERSION),
  name: Name,
  version: Sha256,
  /** Size of the ONNX file. */
  bytes: Count,
  irVersion: Count,
  opset: Count,
  input: TensorInfo,
  output: TensorInfo,
  labels: z.array(z.string()),
  parameters: Count,
  /** Version of shared/photo that the model was made for. */
  photoPipeline: Count,
  /** On the test set; `labAccuracy` is the mean of the batches' accuracies in percent, `testAccuracy` the share of right images. */
  metrics: z.object({ trainLoss: Finite, testLoss: Finite, labAccuracy: Finite, testAccuracy: Finite }),
  training: z.object({
    recipe: z.string(),
    seed: z.int(),
    epochs: Count,
    /** Images trained on; the whole training set unless a limit was asked for. */
    images: Count,
    engine: z.string(),
    /** Official file name → MD5. */
    dataset: z.record(z.string(), z.string()),
    /** Commit of the trainer, with `-dirty` when the tree had changes; null outside a git checkout. */
    gitCommit: z.nullable(z.string()),
  }),
  /** Scores are softmax(logits / temperature). */
  calibration: z.object({ temperature: z.number().check(z.positive()) }),
  golden: z.object({
    tolerance: z.number().check(z.positive()),
    vectors: z.array(GoldenVector).check(z.minLength(1)),
  }),
});
export type Manifest = z.infer<typeof Manifest>;

export const Alias = z.object({
  formatVersion: z.literal(FORMAT_VERSION),
  version: Sha256,
  /** Versions that the alias meant before, latest first. */
  previous: z.array(Sha256),
  promotedAt: z.iso.datetime(),
  reason: z.string(),
});
export type Alias = z.infer<typeof Alias>;

export type ModelFile = 'onnx' | 'json' | 'safetensors';

/** Content types of the stored objects. */
export const CONTENT_TYPES: Record<ModelFile, string> = {
  onnx: 'application/octet-stream',
  json: 'application/json',
  safetensors: 'application/octet-stream',
};

/** Key of one of a version's three objects. */
export function modelKey(name: string, version: string, file: ModelFile): string {
  return `models/${Name.parse(name)}/${Sha256.parse(version)}.${file}`;
}

/** Key of an alias. */
export function aliasKey(name: string, alias: string): string {
  return `aliases/${Name.parse(name)}/${Name.parse(alias)}.json`;
}

/**
 * Reads a stored JSON object.
 * @param key named in the error
 * @throws ExplainedError of kind `model` when the bytes are no JSON or not of this format
 */
export function parseStored<T extends typeof Manifest | typeof Alias>(
  schema: T,
  key: string,
  bytes: Uint8Array,
): z.infer<T> {
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
  const result = schema.safeParse(value);
  if (result.success) return result.data as z.infer<T>;
  const issue = result.error.issues[0];
  throw new ExplainedError({
    kind: 'model',
    what: `cannot use ${key}`,
    expected: `registry format ${FORMAT_VERSION}`,
    got: `${issue?.path.join('.') || 'value'}: ${issue?.message}`,
    next: 'Push the model again with this version of the trainer.',
  });
}

/** The bytes of a manifest or alias as stored. */
export function serializeStored(value: Manifest | Alias): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(`${JSON.stringify(value, null, 2)}\n`);
}

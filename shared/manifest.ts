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
import { once } from './once.ts';

/** Version of the format in this file's head. */
export const FORMAT_VERSION = 1;

/** The alias that the edge serves unless told otherwise. */
export const DEFAULT_ALIAS = 'stable';

/** In answers, the alias of the release compiled into the Worker; never the name of an object. */
export const BUNDLED_ALIAS = 'bundled';

// The small flavour of zod brings no texts of its own.
z.config(en());

const NAME = /^[a-z0-9][a-z0-9-]{0,62}$/;
const SHA256 = /^[0-9a-f]{64}$/;

/** Of a model or an alias. */
export const isName = (text: string): boolean => NAME.test(text);
export const isVersion = (text: string): boolean => SHA256.test(text);

const Sha256 = once(() => z.string().check(z.regex(SHA256)));
const Count = once(() => z.int().check(z.positive()));
const Share = once(() => z.number().check(z.minimum(0), z.maximum(1)));

const TensorInfo = once(() =>
  z.object({
    name: z.string(),
    dtype: z.literal('float32'),
    /** Sizes; a string names a dimension that may be anything. */
    shape: z.array(z.union([Count(), z.string()])),
  }),
);

/** An input that the model's owner has run, and what came out: a server that gets other logits must not serve the model. */
const GoldenVector = once(() =>
  z.object({
    /** Pixel bytes of one image, base64; divide by 255 for the network's input. */
    pixels: z.base64(),
    logits: z.array(z.number()),
  }),
);

/**
 * How sure the scores are: softmax(logits / temperature), the temperature scaling of Guo et al., "On Calibration of Modern Neural
 * Networks", ICML 2017.
 */
export const Calibration = once(() =>
  z.object({
    method: z.literal('temperature'),
    temperature: z.number().check(z.positive()),
    /** Training images that the temperature was fitted on: the model, or a twin of it in its place, was not trained on them. */
    heldOut: Count(),
    /** Expected calibration error on test images, in bins of equal width: of softmax(logits), and with the temperature. */
    ece: z.object({ before: Share(), after: Share(), bins: Count(), images: Count() }),
  }),
);
export type Calibration = z.infer<ReturnType<typeof Calibration>>;

export const Manifest = once(() =>
  z.object({
    formatVersion: z.literal(FORMAT_VERSION),
    name: z.string().check(z.regex(NAME)),
    version: Sha256(),
    /** Size of the ONNX file. */
    bytes: Count(),
    irVersion: Count(),
    opset: Count(),
    input: TensorInfo(),
    output: TensorInfo(),
    labels: z.array(z.string()),
    parameters: Count(),
    /** Version of shared/photo that the model was made for. */
    photoPipeline: Count(),
    /** On the test set; `labAccuracy` is the mean of the batches' accuracies in percent, `testAccuracy` the share of right images. */
    metrics: z.object({
      trainLoss: z.number(),
      testLoss: z.number(),
      labAccuracy: z.number(),
      testAccuracy: z.number(),
    }),
    training: z.object({
      recipe: z.string(),
      seed: z.int(),
      epochs: Count(),
      /** Images trained on; the whole training set unless a limit was asked for. */
      images: Count(),
      engine: z.string(),
      /** Official file name → MD5. */
      dataset: z.record(z.string(), z.string()),
      /** Commit of the trainer, with `-dirty` when the tree had changes; null outside a git checkout. */
      gitCommit: z.nullable(z.string()),
    }),
    /** Without it the temperature is 1. The first releases say that temperature alone. */
    calibration: z.optional(z.partial(Calibration(), { method: true, heldOut: true, ece: true })),
    golden: z.object({
      tolerance: z.number().check(z.positive()),
      vectors: z.array(GoldenVector()).check(z.minLength(1)),
    }),
  }),
);
export type Manifest = z.infer<ReturnType<typeof Manifest>>;

export const Alias = once(() =>
  z.object({
    formatVersion: z.literal(FORMAT_VERSION),
    version: Sha256(),
    /** Versions that the alias meant before, latest first. */
    previous: z.array(Sha256()),
    promotedAt: z.iso.datetime(),
    reason: z.string(),
  }),
);
export type Alias = z.infer<ReturnType<typeof Alias>>;

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
export function parseStored<T>(schema: () => z.ZodMiniType<T>, key: string, bytes: Uint8Array): T {
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
  const result = schema().safeParse(value);
  if (result.success) return result.data;
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

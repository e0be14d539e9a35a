/** @file A manifest and weights → a model that has proved itself: nothing serves before it has reproduced its golden vectors. */
import { sha256 } from '#shared/digest.ts';
import { ExplainedError, type Explanation } from '#shared/errors.ts';
import { PHOTO_PIPELINE } from '#shared/input/garment/photo.ts';
import { IMAGE_PIXELS, IMAGE_SIZE, LABELS, PIXEL_SCALE } from '#shared/labels.ts';
import type { Manifest } from '#shared/manifest.ts';
import type { Classifier, Engine } from '../engine/engine.ts';

/** What a model must pass before it serves, in this order. */
export const MODEL_CHECKS = ['manifest', 'weights', 'fit', 'engine', 'golden'] as const;
export type ModelCheck = (typeof MODEL_CHECKS)[number];

/** A model that failed a check. */
export class ModelRefusal extends ExplainedError {
  readonly check: ModelCheck;

  constructor(check: ModelCheck, explanation: Omit<Explanation, 'kind'>) {
    super({ kind: 'model', ...explanation });
    this.name = 'ModelRefusal';
    this.check = check;
  }
}

/** A model that has proved itself. */
export interface LoadedModel {
  readonly manifest: Manifest;
  readonly classifier: Classifier;
  /** Name of the engine that proved it. */
  readonly engine: string;
}

/** A model that answers a request. */
export interface ServedModel extends LoadedModel {
  /** The alias it was found under, or `bundled`; null for a version that the request has named. */
  readonly alias: string | null;
}

/**
 * Loads a model on the first of `engines` that computes its golden logits.
 * @throws ModelRefusal when the weights are not the manifest's, the Worker cannot feed the model, or no
 * engine computes what the manifest says
 */
export async function loadModel(
  engines: readonly Engine[],
  manifest: Manifest,
  weights: Uint8Array<ArrayBuffer>,
): Promise<LoadedModel> {
  await checkWeights(manifest, weights);
  checkFit(manifest);
  const refusals: ModelRefusal[] = [];
  for (const engine of engines) {
    try {
      return { manifest, classifier: await prove(engine, manifest, weights), engine: engine.name };
    } catch (error) {
      refusals.push(error as ModelRefusal);
    }
  }
  if (refusals.length === 1) throw refusals[0];
  const got = refusals.map(({ message }) => message).join('; ');
  const check = refusals.some((refusal) => refusal.check === 'golden') ? 'golden' : 'engine';
  throw refusal(manifest, check, 'an engine that computes it', got, refusals);
}

async function prove(
  engine: Engine,
  manifest: Manifest,
  weights: Uint8Array<ArrayBuffer>,
): Promise<Classifier> {
  const classifier = await engine.load(weights).catch((cause: unknown) => {
    const got = cause instanceof ExplainedError ? cause.message : 'an error';
    throw refusal(manifest, 'engine', `a model that ${engine.name} loads`, got, cause);
  });
  await checkGolden({ manifest, classifier });
  return classifier;
}

async function checkWeights(manifest: Manifest, weights: Uint8Array<ArrayBuffer>): Promise<void> {
  if (weights.length !== manifest.bytes) {
    throw refusal(manifest, 'weights', `${manifest.bytes} bytes of weights`, `${weights.length}`);
  }
  const digest = await sha256(weights);
  if (digest !== manifest.version) throw refusal(manifest, 'weights', `SHA-256 ${manifest.version}`, digest);
}

/** What this Worker feeds a model, and what it calls its classes. */
function checkFit(manifest: Manifest): void {
  if (manifest.photoPipeline !== PHOTO_PIPELINE) {
    throw refusal(
      manifest,
      'fit',
      `a model for photo pipeline ${PHOTO_PIPELINE}`,
      `${manifest.photoPipeline}`,
    );
  }
  if (manifest.labels.length !== LABELS.length) {
    throw refusal(manifest, 'fit', `${LABELS.length} labels`, `${manifest.labels.length}`);
  }
  checkShape(manifest, manifest.input, [1, IMAGE_SIZE, IMAGE_SIZE]);
  checkShape(manifest, manifest.output, [LABELS.length]);
}

/** @param sizes of one image's tensor, without the batch */
function checkShape(manifest: Manifest, { name, shape }: Manifest['input'], sizes: number[]): void {
  const [, ...got] = shape;
  if (got.length === sizes.length && got.every((size, i) => size === sizes[i])) return;
  throw refusal(manifest, 'fit', `${name} [batch, ${sizes.join(', ')}]`, `[${shape.join(', ')}]`);
}

/**
 * Computes the golden vectors: a model that proved itself once may have stopped working since.
 * @throws ModelRefusal
 */
export async function checkGolden({
  manifest,
  classifier,
}: Pick<LoadedModel, 'manifest' | 'classifier'>): Promise<void> {
  const { vectors, tolerance } = manifest.golden;
  const images = new Float32Array(vectors.length * IMAGE_PIXELS);
  for (const [i, { pixels }] of vectors.entries()) {
    const bytes = Uint8Array.fromBase64(pixels);
    if (bytes.length !== IMAGE_PIXELS) {
      throw refusal(manifest, 'golden', `golden vectors of ${IMAGE_PIXELS} pixels`, `${bytes.length}`);
    }
    images.set(networkInput(bytes), i * IMAGE_PIXELS);
  }
  const expected = vectors.flatMap(({ logits }) => logits);
  const got = await classifier.logits(images, vectors.length).catch((cause: unknown) => {
    throw refusal(manifest, 'engine', 'a model that runs', 'an error', cause);
  });
  if (got.length !== expected.length)
    throw refusal(manifest, 'golden', `${expected.length} logits`, `${got.length}`);
  const worst = expected.reduce((worst, logit, i) => {
    const difference = Math.abs(logit - (got[i] as number));
    return difference <= worst ? worst : difference; // NaN must win
  }, 0);
  if (!(worst <= tolerance)) {
    throw refusal(manifest, 'golden', `its golden logits within ${tolerance}`, `a difference of ${worst}`);
  }
}

/** Pixel bytes → what the network takes: the same numbers in 0..1. */
export function networkInput(bytes: Uint8Array): Float32Array {
  const input = new Float32Array(bytes.length);
  for (let i = 0; i < input.length; i++) input[i] = (bytes[i] as number) / PIXEL_SCALE;
  return input;
}

function refusal(
  { name, version }: Manifest,
  check: ModelCheck,
  expected: string,
  got: string,
  cause?: unknown,
): ModelRefusal {
  const what = `cannot serve ${name} ${version}`;
  return new ModelRefusal(check, { what, expected, got, next: 'Push the model again.', cause });
}

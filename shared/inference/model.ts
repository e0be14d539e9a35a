/**
 * @file Loads a model and checks it. In the Worker and in a browser, a model serves only after it has reproduced the golden logits of
 * its manifest.
 */
import { sha256 } from '../digest.ts';
import { ExplainedError, type Explanation } from '../errors.ts';
import { PHOTO_PIPELINE } from '../input/garment/photo.ts';
import { IMAGE_PIXELS, IMAGE_SIZE, LABELS, PIXEL_SCALE } from '../labels.ts';
import type { Manifest } from '../manifest.ts';
import type { Classifier, InferenceEngine } from './engine.ts';

/** The checks of a model, in the order in which they run. */
export const MODEL_CHECKS = ['manifest', 'weights', 'fit', 'engine', 'golden'] as const;
export type ModelCheck = (typeof MODEL_CHECKS)[number];

/** Thrown when a model fails a check. */
export class ModelRefusal extends ExplainedError {
  readonly check: ModelCheck;

  constructor(check: ModelCheck, explanation: Omit<Explanation, 'kind'>) {
    super({ kind: 'model', ...explanation });
    this.name = 'ModelRefusal';
    this.check = check;
  }
}

/** A model that has passed every check. */
export interface LoadedModel {
  readonly manifest: Manifest;
  readonly classifier: Classifier;
  /** Name of the engine that runs the model. */
  readonly engine: string;
}

/**
 * Loads a model on the first of `engines` that computes its golden logits.
 * @throws ModelRefusal when the weights do not match the manifest, the model's input or output does not fit, or no engine computes
 * the golden logits
 */
export async function loadModel(
  engines: readonly InferenceEngine[],
  manifest: Manifest,
  weights: Uint8Array<ArrayBuffer>,
): Promise<LoadedModel> {
  await checkWeights(manifest, weights);
  checkFit(manifest);
  const refusals: ModelRefusal[] = [];
  for (const engine of engines) {
    try {
      return { manifest, classifier: await loadOn(engine, manifest, weights), engine: engine.name };
    } catch (error) {
      refusals.push(error as ModelRefusal);
    }
  }
  if (refusals.length === 1) throw refusals[0];
  const got = refusals.map(({ message }) => message).join('; ');
  const check = refusals.some((refusal) => refusal.check === 'golden') ? 'golden' : 'engine';
  throw refusal(manifest, check, 'an engine that runs the model', got, refusals);
}

/** Loads a model on one engine and checks its golden logits. */
async function loadOn(
  engine: InferenceEngine,
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

/** Checks that the model takes this photo pipeline's images and returns one logit for each label. */
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

/** @param sizes expected sizes of the tensor for one image, without the batch dimension */
function checkShape(manifest: Manifest, { name, shape }: Manifest['input'], sizes: number[]): void {
  const [, ...got] = shape;
  if (got.length === sizes.length && got.every((size, i) => size === sizes[i])) return;
  throw refusal(manifest, 'fit', `${name} [batch, ${sizes.join(', ')}]`, `[${shape.join(', ')}]`);
}

/**
 * Runs the golden vectors and compares the logits with the manifest's. Readiness checks call it again for a loaded model, because an
 * engine can fail later.
 * @throws ModelRefusal when a logit differs by more than the manifest's tolerance
 */
export async function checkGolden({
  manifest,
  classifier,
}: Pick<LoadedModel, 'manifest' | 'classifier'>): Promise<void> {
  const { vectors, tolerance } = manifest.golden;
  const images = new Float32Array(vectors.length * IMAGE_PIXELS);
  for (const [i, { pixels }] of vectors.entries()) {
    const bytes = Uint8Array.from(atob(pixels), (character) => character.charCodeAt(0));
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
    return difference <= worst ? worst : difference; // keeps NaN, so that the check fails
  }, 0);
  if (!(worst <= tolerance)) {
    throw refusal(manifest, 'golden', `its golden logits within ${tolerance}`, `a difference of ${worst}`);
  }
}

/** Converts pixel bytes to the network's input in 0..1. */
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

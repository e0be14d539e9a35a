/** @file A manifest and weights → a model that has proved itself: nothing serves before it has reproduced its golden vectors. */
import { sha256 } from '#shared/digest.ts';
import { ExplainedError } from '#shared/errors.ts';
import { IMAGE_PIXELS, LABELS, PIXEL_SCALE } from '#shared/labels.ts';
import type { Manifest } from '#shared/manifest.ts';
import { PHOTO_PIPELINE } from '#shared/photo/photo.ts';
import { bytesOf } from './base64.ts';
import type { Classifier, Engine } from './engine/engine.ts';

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
 * @throws ExplainedError of kind `model` when the weights are not the manifest's, the Worker cannot feed the model, or no
 * engine computes what the manifest says
 */
export async function loadModel(
  engines: readonly Engine[],
  manifest: Manifest,
  weights: Uint8Array<ArrayBuffer>,
): Promise<LoadedModel> {
  await checkWeights(manifest, weights);
  checkFit(manifest);
  const refusals: Error[] = [];
  for (const engine of engines) {
    try {
      return { manifest, classifier: await prove(engine, manifest, weights), engine: engine.name };
    } catch (error) {
      refusals.push(error as Error);
    }
  }
  if (refusals.length === 1) throw refusals[0];
  const got = refusals.map(({ message }) => message).join('; ');
  throw refusal(manifest, 'an engine that computes it', got, refusals);
}

async function prove(
  engine: Engine,
  manifest: Manifest,
  weights: Uint8Array<ArrayBuffer>,
): Promise<Classifier> {
  const classifier = await engine.load(weights).catch((cause: unknown) => {
    const got = cause instanceof ExplainedError ? cause.message : 'an error';
    throw refusal(manifest, `a model that ${engine.name} loads`, got, cause);
  });
  await checkGolden(manifest, classifier);
  return classifier;
}

async function checkWeights(manifest: Manifest, weights: Uint8Array<ArrayBuffer>): Promise<void> {
  if (weights.length !== manifest.bytes) {
    throw refusal(manifest, `${manifest.bytes} bytes of weights`, `${weights.length}`);
  }
  const digest = await sha256(weights);
  if (digest !== manifest.version) throw refusal(manifest, `SHA-256 ${manifest.version}`, digest);
}

/** What this Worker feeds a model, and what it calls its classes. */
function checkFit(manifest: Manifest): void {
  if (manifest.photoPipeline !== PHOTO_PIPELINE) {
    throw refusal(manifest, `a model for photo pipeline ${PHOTO_PIPELINE}`, `${manifest.photoPipeline}`);
  }
  if (manifest.labels.length !== LABELS.length) {
    throw refusal(manifest, `${LABELS.length} labels`, `${manifest.labels.length}`);
  }
}

async function checkGolden(manifest: Manifest, classifier: Classifier): Promise<void> {
  const { vectors, tolerance } = manifest.golden;
  const images = new Float32Array(vectors.length * IMAGE_PIXELS);
  for (const [i, { pixels }] of vectors.entries()) {
    const bytes = bytesOf(pixels);
    if (bytes.length !== IMAGE_PIXELS) {
      throw refusal(manifest, `golden vectors of ${IMAGE_PIXELS} pixels`, `${bytes.length}`);
    }
    images.set(networkInput(bytes), i * IMAGE_PIXELS);
  }
  const expected = vectors.flatMap(({ logits }) => logits);
  const got = await classifier.logits(images, vectors.length).catch((cause: unknown) => {
    throw refusal(manifest, 'a model that runs', 'an error', cause);
  });
  if (got.length !== expected.length) throw refusal(manifest, `${expected.length} logits`, `${got.length}`);
  const worst = expected.reduce((worst, logit, i) => {
    const difference = Math.abs(logit - (got[i] as number));
    return difference <= worst ? worst : difference; // NaN must win
  }, 0);
  if (!(worst <= tolerance)) {
    throw refusal(manifest, `its golden logits within ${tolerance}`, `a difference of ${worst}`);
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
  expected: string,
  got: string,
  cause?: unknown,
): ExplainedError {
  const what = `cannot serve ${name} ${version}`;
  return new ExplainedError({ kind: 'model', what, expected, got, next: 'Push the model again.', cause });
}

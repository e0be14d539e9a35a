/**
 * @file Loads a model and checks it. In the Worker and in a browser, a model serves only after it has reproduced the golden logits of
 * its manifest.
 */
import { ExplainedError, type Explanation } from '../errors.ts';
import { GARMENT_INPUT, VERSIONS } from '../input/prepare.ts';
import { bytesOf, networkInputs, type PictureInput, pictureInputOf } from '../input/preprocessing.ts';
import { lazy } from '../lazy.ts';
import { LARGEST_MODEL, type Manifest } from '../manifest.ts';
import type { Turn } from '../turn.ts';
import type { Classifier, InferenceEngine, WeightsFile } from './engine.ts';
import { logitsInTurns } from './turns.ts';
import { weightsFault } from './weights.ts';

/** The checks of a model, in the order in which they run. */
export const MODEL_CHECKS = ['manifest', 'fit', 'memory', 'weights', 'engine', 'golden'] as const;
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
  readonly input: PictureInput;
  readonly classifier: Classifier;
  /** Name of the engine that runs the model. */
  readonly engine: string;
}

/**
 * Loads a model on the first of `engines` that computes its golden logits.
 * @param memory most bytes that the model may take in this isolate, and that its file may have if it is read here
 * @param turn as that of `checkGolden`
 * @throws ModelRefusal when the model's input or output does not fit, it is too large, the weights do not match the manifest, or no
 * engine computes the golden logits
 * @throws ExplainedError of kind `store` when the weights cannot be read
 */
export async function loadModel(
  engines: readonly InferenceEngine[],
  manifest: Manifest,
  file: WeightsFile,
  memory = LARGEST_MODEL,
  turn?: Turn,
): Promise<LoadedModel> {
  const input = checkFit(manifest);
  if (manifest.bytes > LARGEST_MODEL) throw tooLarge(manifest, LARGEST_MODEL, manifest.bytes);
  const checked = checkedFile(manifest, file, memory);
  const refusals: ModelRefusal[] = [];
  for (const engine of engines) {
    try {
      const classifier = await loadOn(engine, { manifest, input }, checked, memory, turn);
      if (classifier.bytes > memory) throw tooLarge(manifest, memory, classifier.bytes);
      return { manifest, input, classifier, engine: engine.name };
    } catch (error) {
      if (!isOfEngine(error)) throw error;
      refusals.push(error);
    }
  }
  if (refusals.length === 1) throw refusals[0];
  const got = refusals.map(({ message }) => message).join('; ');
  const check = refusals.some((refusal) => refusal.check === 'golden') ? 'golden' : 'engine';
  throw refusal(manifest, check, 'an engine that runs the model', got, refusals);
}

/** Returns whether another engine may run the model. A file that is damaged or cannot be read fits none. */
const isOfEngine = (error: unknown): error is ModelRefusal =>
  error instanceof ModelRefusal && ['memory', 'engine', 'golden'].includes(error.check);

/** Loads a model on one engine and checks its golden logits. */
async function loadOn(
  engine: InferenceEngine,
  { manifest, input }: Pick<LoadedModel, 'manifest' | 'input'>,
  file: WeightsFile,
  memory: number,
  turn?: Turn,
): Promise<Classifier> {
  const loaded = await engine.load(file, manifest, memory).catch((cause: unknown) => {
    if (cause instanceof ModelRefusal || (cause instanceof ExplainedError && cause.kind === 'store'))
      throw cause;
    const got = cause instanceof ExplainedError ? cause.message : 'an error';
    throw refusal(manifest, 'engine', `a model that ${engine.name} loads`, got, cause);
  });
  const classifier = { ...loaded, logits: finite(manifest, loaded) };
  await checkGolden({ manifest, input, classifier }, turn);
  return classifier;
}

/** Returns a function that computes logits, and throws when one of them is not finite: JSON has no such numbers, and no score follows from them. */
const finite =
  (manifest: Manifest, classifier: Classifier): Classifier['logits'] =>
  async (images, n) => {
    const logits = await classifier.logits(images, n);
    if (logits.every(Number.isFinite)) return logits;
    throw refusal(manifest, 'engine', 'finite logits', 'others');
  };

/** Returns a file that is read and checked once, however many engines read it. @param memory its most bytes */
function checkedFile(manifest: Manifest, file: WeightsFile, memory: number): WeightsFile {
  const read = lazy(async () => {
    if (manifest.bytes > memory) throw tooLarge(manifest, memory, manifest.bytes);
    const weights = await file.read();
    const fault = await weightsFault(manifest, weights);
    if (fault) throw refusal(manifest, 'weights', fault.expected, fault.got);
    return weights;
  });
  return { ...file, read };
}

/** Checks that this program can make the model's input of a picture, and that the model returns one logit for each label. */
function checkFit(manifest: Manifest): PictureInput {
  const input = readInput(manifest);
  const { preprocessing, shape } = input;
  const { kind, version } = preprocessing;
  if (!VERSIONS[kind].includes(version)) {
    const what = kind === 'garment' ? 'photo pipeline' : 'scaling';
    throw refusal(manifest, 'fit', `a model for ${what} ${VERSIONS[kind].join(' or ')}`, `${version}`);
  }
  if (kind === 'garment' && shape.join() !== GARMENT_INPUT.shape.join()) {
    throw refusal(
      manifest,
      'fit',
      `an input [batch, ${GARMENT_INPUT.shape.join(', ')}]`,
      `[batch, ${shape.join(', ')}]`,
    );
  }
  const { output, labels } = manifest;
  if (output.shape.length !== 2 || output.shape[1] !== labels.length) {
    throw refusal(
      manifest,
      'fit',
      `${output.name} [batch, ${labels.length}]`,
      `[${output.shape.join(', ')}]`,
    );
  }
  return input;
}

function readInput(manifest: Manifest): PictureInput {
  try {
    return pictureInputOf(manifest);
  } catch (cause) {
    const { expected = 'an input of pictures', got = '' } = cause as ExplainedError;
    throw refusal(manifest, 'fit', expected, got, cause);
  }
}

/** Largest tolerance, relative to the largest golden logit; logits below ±1 count as 1. A larger one would prove nothing. */
const LARGEST_TOLERANCE = 0.01;

/**
 * Runs the golden vectors and compares the logits with the manifest's. Readiness checks call it again for a loaded model, because an
 * engine can fail later.
 * @param turn is awaited between parts of the vectors that take long
 * @throws ModelRefusal when a logit differs by more than the manifest's tolerance
 */
export async function checkGolden(
  { manifest, input, classifier }: Pick<LoadedModel, 'manifest' | 'input' | 'classifier'>,
  turn?: Turn,
): Promise<void> {
  const { vectors, tolerance } = manifest.golden;
  const expected = vectors.flatMap(({ logits }) => logits);
  const most = LARGEST_TOLERANCE * expected.reduce((most, logit) => Math.max(most, Math.abs(logit)), 1);
  if (tolerance > most) throw refusal(manifest, 'golden', `a tolerance of at most ${most}`, `${tolerance}`);
  const images = (start: number, end: number) =>
    networkInputs(vectors.slice(start, end).map(pixelsOf), input);
  const got = await logitsInTurns({ classifier, input }, vectors.length, images, turn).catch(
    (cause: unknown) => {
      if (cause instanceof ModelRefusal) throw cause;
      throw refusal(manifest, 'engine', 'a model that runs', 'an error', cause);
    },
  );
  if (got.length !== expected.length)
    throw refusal(manifest, 'golden', `${expected.length} logits`, `${got.length}`);
  const worst = expected.reduce((worst, logit, i) => {
    const difference = Math.abs(logit - (got[i] as number));
    return difference <= worst ? worst : difference; // keeps NaN, so that the check fails
  }, 0);
  if (!(worst <= tolerance)) {
    throw refusal(manifest, 'golden', `its golden logits within ${tolerance}`, `a difference of ${worst}`);
  }

  /** Decodes the pixels of a golden vector. */
  function pixelsOf({ pixels }: Manifest['golden']['vectors'][number]): Uint8Array {
    const bytes = Uint8Array.from(atob(pixels), (character) => character.charCodeAt(0));
    const size = bytesOf(input.shape);
    if (bytes.length === size) return bytes;
    throw refusal(manifest, 'golden', `golden vectors of ${size} bytes`, `${bytes.length}`);
  }
}

/** Returns the error for a model that takes too much memory. */
export function tooLarge(
  { name, version }: Pick<Manifest, 'name' | 'version'>,
  most: number,
  bytes: number,
): ModelRefusal {
  const what = `cannot serve ${name} ${version}`;
  const next = 'Push a smaller model.';
  return new ModelRefusal('memory', { what, expected: `at most ${most} bytes`, got: `${bytes}`, next });
}

/** Returns the error for a model that fails a check. */
export function refusal(
  { name, version }: Pick<Manifest, 'name' | 'version'>,
  check: ModelCheck,
  expected: string,
  got: string,
  cause?: unknown,
): ModelRefusal {
  const what = `cannot serve ${name} ${version}`;
  return new ModelRefusal(check, { what, expected, got, next: 'Push the model again.', cause });
}

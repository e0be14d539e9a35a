/** @file Classifies a file, with retries, and reports every state on the way. Loaded when a visitor is about to use the field. */
import type { Classification } from '#shared/inference/result.ts';
import { answersOf } from '#shared/predictions.ts';
import { frameOf, loadManifest, type NamedModel } from './model.ts';
import { backOnline } from './online.ts';
import type { FieldOptions } from './options.ts';
import { type Frame, type Photo, PhotoError, readPhoto } from './photo.ts';
import { problemTextOf } from './problem-text.ts';
import { type ClassifyRequest, RequestError, requestClassification } from './request.ts';
import type { Problem, State } from './state.ts';

export { renew } from './renewal.ts';

export interface ClassifyJob extends Omit<ClassifyRequest, 'onProgress'>, Pick<FieldOptions, 'mode'> {
  onState(state: State): void;
  onPhoto(photo: Photo): void;
}

/** Attempts before the visitor must press "Try again". */
const MAX_ATTEMPTS = 4;

/** Longest delay before an automatic retry, in milliseconds. */
const MAX_WAIT_MS = 90_000;

type ModelSource = Pick<ClassifyJob, 'endpoint' | 'model'>;

/** Loads the model for classification on this device, if `mode` requires it. */
export function preload({ mode, ...source }: ModelSource & Pick<ClassifyJob, 'mode'>): void {
  // classify() loads it again and reports the error.
  if (mode === 'local') loadLocalClassifier(source).catch(() => {});
}

/** Returns the labels of a model. @throws RequestError or TypeError when its manifest cannot be loaded */
export const loadLabels = async (model: NamedModel): Promise<readonly string[]> =>
  answersOf(await loadManifest(model));

/** @returns the final state, `answered` or `failed`. @throws the signal's reason when it is aborted */
export async function classify(file: Blob, job: ClassifyJob): Promise<State> {
  try {
    const photo = await readPhoto(file, () => frameFor(job));
    job.signal.throwIfAborted();
    job.onPhoto(photo);
    return await (job.mode === 'local' ? classifyOnDevice : classifyWithRetries)(photo.file, job);
  } catch (error) {
    job.signal.throwIfAborted();
    const problem = problemOf(error);
    return { kind: 'failed', problem, text: problemTextOf(problem.type, problem.retryable) };
  }
}

/**
 * Sends the photo until the endpoint returns a result. After a failed attempt it waits for the time in the endpoint's `Retry-After`, or
 * else for 1, 2 and 4 seconds. An offline device waits until it is online again.
 */
async function classifyWithRetries(file: File, job: ClassifyJob): Promise<State> {
  const { signal, onState, mode } = job;
  for (let attempt = 1; ; attempt++) {
    try {
      if (!navigator.onLine) throw new RequestError(OFFLINE);
      return { kind: 'answered', by: 'model', result: await classifyRemotely(file, job) };
    } catch (error) {
      signal.throwIfAborted();
      if (!(error instanceof RequestError) || !error.problem.retryable) throw error;
      if (mode === 'auto' && attempt === 1) {
        const local = await classifyLocally(file, job).catch(() => undefined);
        signal.throwIfAborted();
        if (local) return local;
      }
      if (!navigator.onLine) {
        onState({ kind: 'offline' });
        await backOnline(signal);
        attempt = 0;
        continue;
      }
      const wait = error.retryAfter ?? 500 * 2 ** attempt;
      if (attempt === MAX_ATTEMPTS || wait > MAX_WAIT_MS) throw error;
      onState({ kind: 'waiting', until: Date.now() + wait, problem: error.problem });
      await pause(wait, signal);
    }
  }
}

/** Sends one request. */
async function classifyRemotely(file: File, { onState, ...request }: ClassifyJob): Promise<Classification> {
  onState({ kind: 'uploading', share: 0 });
  const onProgress = (share: number) =>
    onState(share < 1 ? { kind: 'uploading', share } : { kind: 'classifying' });
  return requestClassification(file, { ...request, onProgress });
}

/** Classifies on this device. If the model is not loaded yet, an offline device waits until it is online again. */
async function classifyOnDevice(file: File, job: ClassifyJob): Promise<State> {
  for (;;) {
    try {
      return await classifyLocally(file, job);
    } catch (error) {
      if (error instanceof RequestError) throw error;
      if (navigator.onLine || !isLoadError(error)) throw new LocalError(error);
      job.signal.throwIfAborted();
      job.onState({ kind: 'offline' });
      await backOnline(job.signal);
    }
  }
}

async function classifyLocally(file: File, { signal, onState, ...source }: ClassifyJob): Promise<State> {
  onState({ kind: 'classifying' });
  const classifier = await loadLocalClassifier(source);
  signal.throwIfAborted();
  const result = await classifier(new Uint8Array(await file.arrayBuffer()));
  return { kind: 'answered', by: 'model', result, isLocal: true };
}

async function loadLocalClassifier(source: ModelSource) {
  const [{ localClassifier }, manifest] = await Promise.all([
    import('../local/classifier.ts'),
    manifestOf(source),
  ]);
  return localClassifier(source.endpoint, manifest);
}

/** Returns the frame of the model. Without its manifest, the request reports why the model cannot be used. */
const frameFor = (source: ModelSource): Promise<Frame | undefined> =>
  manifestOf(source)
    .then((manifest) => manifest && frameOf(manifest))
    .catch(() => undefined);

/** Returns the manifest of the model that the page has named; undefined for the default model. */
const manifestOf = async ({ endpoint, model }: ModelSource) =>
  model === null ? undefined : loadManifest({ endpoint, model });

const OFFLINE: Problem = { type: 'unreachable', detail: 'the browser is offline', retryable: true };

/** Thrown when this device cannot classify the photo. */
class LocalError extends Error {
  readonly problem: Problem;
  constructor(cause: unknown) {
    super(String(cause), { cause });
    const [type, retryable] = localProblemOf(cause as Error & { check?: string });
    this.problem = { type, detail: this.message, retryable };
  }
}

/** @returns the problem's type, and whether it is retryable */
function localProblemOf(cause: Error & { check?: string }): [type: string, retryable: boolean] {
  // Every part of the script has classes of its own for these errors.
  if (cause.name === 'ImageError') return ['unreadable', false];
  const isForeign =
    cause.name === 'NotSupportedError' || (cause.name === 'ModelRefusal' && cause.check === 'engine');
  if (isForeign) return ['not-for-devices', false];
  return [isLoadError(cause) ? 'not-loaded' : 'no-local', true];
}

/** Returns whether a part of the script, or the model, could not be fetched. Imports and `fetch` throw a TypeError. */
const isLoadError = (error: unknown): boolean =>
  error instanceof TypeError || (error instanceof Error && error.name === 'NetworkError');

function problemOf(error: unknown): Problem {
  if (error instanceof RequestError || error instanceof PhotoError || error instanceof LocalError)
    return error.problem;
  return { type: 'page-error', detail: String(error), retryable: true };
}

function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, milliseconds);
  signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  return promise.finally(() => clearTimeout(timer));
}

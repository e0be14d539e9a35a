/** @file From a file to its answer, in the states that are shown meanwhile. Loaded at the first sign that a file will come. */
import { ask, type Question, Refusal } from './ask.ts';
import { type Picture, readPicture, Unreadable } from './picture.ts';
import type { Answer, Problem, State } from './state.ts';

/** Where the picture is looked at: by the endpoint, on this device, or here where the endpoint does not answer. */
export type Mode = 'edge' | 'local' | 'auto';

export interface Job extends Pick<Question, 'endpoint' | 'sign' | 'signal'> {
  mode: Mode;
  headers(): Promise<Headers>;
  onState(state: State): void;
  onPicture(picture: Picture): void;
}

/** How often the endpoint is asked before somebody must ask for it. */
const MAX_ATTEMPTS = 4;

/** Nobody waits longer than that before a form: milliseconds. */
const LONGEST_WAIT = 90_000;

/** Fetches what will be needed, as far as it can be told. */
export function warmUp({ mode, endpoint }: Pick<Job, 'mode' | 'endpoint'>): void {
  // Why it cannot be fetched is said when it is needed.
  if (mode === 'local') loadHere(endpoint).catch(() => {});
}

/** @returns how it ended, `answered` or `failed`. @throws the signal's reason when it was aborted */
export async function classify(file: Blob, job: Job): Promise<State> {
  try {
    job.onState({ kind: 'preparing' });
    const picture = await readPicture(file);
    job.signal.throwIfAborted();
    job.onPicture(picture);
    return await (job.mode === 'local' ? askHere : askUntilAnswered)(picture.file, job);
  } catch (error) {
    job.signal.throwIfAborted();
    return { kind: 'failed', problem: problemOf(error) };
  }
}

/** Asks again after what passes: at once when the network is back, after as long as the endpoint says, else after 1, 2 and 4 seconds. */
async function askUntilAnswered(file: File, job: Job): Promise<State> {
  const { signal, onState, mode } = job;
  for (let attempt = 1; ; attempt++) {
    try {
      if (!navigator.onLine) throw new Refusal(OFFLINE);
      return { kind: 'answered', answer: await askThere(file, job) };
    } catch (error) {
      signal.throwIfAborted();
      if (!(error instanceof Refusal) || !error.problem.isPassing) throw error;
      if (mode === 'auto' && attempt === 1) {
        const here = await askHere(file, job).catch(() => undefined);
        signal.throwIfAborted();
        if (here) return here;
      }
      if (!navigator.onLine) {
        onState({ kind: 'offline' });
        await backOnline(signal);
        attempt = 0;
        continue;
      }
      const wait = error.retryAfter ?? 500 * 2 ** attempt;
      if (attempt === MAX_ATTEMPTS || wait > LONGEST_WAIT) throw error;
      onState({ kind: 'waiting', until: Date.now() + wait, problem: error.problem });
      await pause(wait, signal);
    }
  }
}

/** One question, also for a new token. */
export async function askThere(
  file: File,
  { onState, ...question }: Omit<Job, 'mode' | 'onPicture'>,
): Promise<Answer> {
  onState({ kind: 'uploading', share: 0 });
  const onProgress = (share: number) =>
    onState(share < 1 ? { kind: 'uploading', share } : { kind: 'classifying' });
  return ask(file, { ...question, headers: await question.headers(), onProgress });
}

async function askHere(file: File, { endpoint, signal, onState }: Job): Promise<State> {
  onState({ kind: 'classifying' });
  const classifyHere = await loadHere(endpoint);
  signal.throwIfAborted();
  const answer = await classifyHere(new Uint8Array(await file.arrayBuffer()));
  return { kind: 'answered', answer, isLocal: true };
}

async function loadHere(endpoint: string) {
  const { localClassifier } = await import('../local/classifier.ts');
  return localClassifier(endpoint);
}

const OFFLINE: Problem = { type: 'unreachable', detail: 'the browser is offline', isPassing: true };

function problemOf(error: unknown): Problem {
  if (error instanceof Refusal || error instanceof Unreadable) return error.problem;
  return { type: 'no-local', detail: String(error), isPassing: true };
}

function backOnline(signal: AbortSignal): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  addEventListener('online', () => resolve(), { once: true, signal });
  signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  return promise;
}

function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, milliseconds);
  signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  return promise.finally(() => clearTimeout(timer));
}

/** @file Classifies one file. The element can abort, suspend and resume the classification. */
import type { Classification } from '#shared/inference/result.ts';
import type { ClassifyJob } from './classify.ts';
import { labelsOfResult } from './labels.ts';
import type { ProblemText } from './messages/en.ts';
import { backOnline } from './online.ts';
import type { Photo } from './photo.ts';
import { EMPTY, isBusy, type Problem, resultOf, type State } from './state.ts';

const loadClassify = () => import('./classify.ts');

interface TaskHost {
  /** Returns how and where to classify. */
  options(): Pick<ClassifyJob, 'model' | 'mode' | 'endpoint' | 'sign' | 'siteKey' | 'headers'>;
  /** Loads the code that the element needs for the result. */
  load(): Promise<void>;
  /** Receives every state. The last one is `answered` or `failed`. */
  onState(state: State): void;
  /** `labels` has changed. */
  onLabels(): void;
}

/** Problems that end when the network is back. The task then starts again by itself. */
const NETWORK_PROBLEMS = ['unreachable', 'not-loaded'];

export class ClassificationTask {
  readonly #host: TaskHost;
  #file: Blob | undefined;
  #abort: AbortController | undefined;
  #state = EMPTY;
  #isSuspended = false;
  /** The labels that were received last, with their model. */
  #received: { model: string; labels: readonly string[] } | undefined;
  /** The photo as it is classified; undefined until the file was read. */
  photo: Photo | undefined;

  constructor(host: TaskHost) {
    this.#host = host;
  }

  get hasFile(): boolean {
    return this.#file !== undefined;
  }

  /** The labels of the model that the page has named, once they are known. */
  get labels(): readonly string[] | undefined {
    return this.#received?.model === this.#host.options().model ? this.#received?.labels : undefined;
  }

  /** Loads the labels of the model that the page has named. Does nothing when they are known, or cannot be loaded. */
  async loadLabels(): Promise<void> {
    const { endpoint, model } = this.#host.options();
    if (model === null || this.labels) return;
    const labels = await loadClassify()
      .then(({ loadLabels }) => loadLabels({ endpoint, model }))
      .catch(() => undefined);
    if (!labels || this.labels) return;
    this.#received = { model, labels };
    this.#host.onLabels();
  }

  /** Loads the code for a classification at the first sign that the visitor will use the element. */
  preloadFor(element: HTMLElement): void {
    const preload = () =>
      loadClassify().then(
        ({ preload }) => preload(this.#host.options()),
        () => {}, // start() loads it again and reports the error.
      );
    for (const type of ['pointerenter', 'focusin', 'dragenter'])
      element.addEventListener(type, preload, { once: true });
  }

  /** Classifies a file. Without a file, it classifies the last one again. */
  async start(file = this.#file): Promise<void> {
    if (!file) return;
    if (file === this.#file) this.#stop();
    else this.reset();
    this.#file = file;
    this.#isSuspended = false;
    this.#abort = new AbortController();
    const { signal } = this.#abort;
    this.#setState({ kind: 'preparing' });
    try {
      this.#end(await this.#classify(file, signal), signal);
    } catch (error) {
      if (!signal.aborted) throw error;
    }
  }

  /**
   * Returns a result with another token.
   * @param mayUpload whether the photo may be sent again
   * @throws RequestError; Error when the code cannot be loaded; the signal's reason when it is aborted
   */
  async renew(result: Classification, mayUpload: boolean, signal: AbortSignal): Promise<Classification> {
    const { renew } = await loadClassify();
    const photo = mayUpload ? this.photo?.file : undefined;
    return renew({ ...this.#host.options(), result, photo, signal });
  }

  /** Fails although the photo was classified. The visitor can try again if there is a file. */
  fail(problem: Problem, text: ProblemText): void {
    const state: State = {
      kind: 'failed',
      problem: { ...problem, retryable: this.#file !== undefined },
      text,
    };
    this.#abort ??= new AbortController();
    this.#end(state, this.#abort.signal);
  }

  /** Aborts the classification, or the wait for the network. The file stays. */
  cancel(): void {
    this.#stop();
  }

  /** Aborts the classification and discards the file. */
  reset(): void {
    this.#stop();
    this.#file = undefined;
    this.photo?.bitmap.close();
    this.photo = undefined;
  }

  /** Aborts the classification. `resume` starts it again. */
  suspend(): void {
    this.#isSuspended = true;
    this.#abort?.abort();
  }

  /** Continues after `suspend`. */
  resume(): void {
    if (!this.#isSuspended) return;
    this.#isSuspended = false;
    if (isBusy(this.#state)) this.start();
  }

  #stop(): void {
    this.#abort?.abort();
    this.#abort = undefined;
    this.#state = EMPTY;
  }

  #setState(state: State): void {
    this.#state = state;
    const { model } = this.#host.options();
    const result = resultOf(state);
    // An outage later must not take the visitor's own choice away.
    if (result && model !== null) this.#received = { model, labels: labelsOfResult(result) };
    this.#host.onState(state);
  }

  /** Sets the final state. A problem of the network ends when the device is online again. */
  #end(state: State, signal: AbortSignal): void {
    signal.throwIfAborted();
    this.#setState(state);
    if (state.kind !== 'failed' || !NETWORK_PROBLEMS.includes(state.problem.type)) return;
    backOnline(signal).then(
      () => this.start(),
      () => {}, // Another photo or label has replaced this one.
    );
  }

  /** @returns the final state @throws the signal's reason when it is aborted */
  async #classify(file: Blob, signal: AbortSignal): Promise<State> {
    const code = await this.#load(signal);
    if ('kind' in code) return code;
    return code.classify(file, {
      ...this.#host.options(),
      signal,
      onState: (state) => this.#setState(state),
      onPhoto: (photo) => {
        this.photo = photo;
      },
    });
  }

  /**
   * Loads the code for a classification. An offline device waits until it is online again.
   * @returns the code, or the final state when it cannot be loaded
   */
  async #load(signal: AbortSignal): Promise<typeof import('./classify.ts') | State> {
    for (;;) {
      try {
        await this.#host.load();
        return await loadClassify();
      } catch (error) {
        signal.throwIfAborted();
        const problem = { type: 'not-loaded', detail: String(error), retryable: true };
        if (navigator.onLine) return { kind: 'failed', problem, text: 'notLoaded' };
        this.#setState({ kind: 'offline' });
        await backOnline(signal);
      }
    }
  }
}

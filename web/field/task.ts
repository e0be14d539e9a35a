/** @file Classifies one file. The element can abort, suspend and resume the classification. The task also renews the token of its result. */
import type { ClassifyJob } from './classify.ts';
import type { Photo } from './photo.ts';
import { EMPTY, isBusy, type State } from './state.ts';
import type { TokenRenewal } from './token-renewal.ts';

const loadClassify = () => import('./classify.ts');

interface TaskHost {
  /** Returns how and where to classify. */
  options(): Pick<ClassifyJob, 'mode' | 'endpoint' | 'sign' | 'siteKey' | 'headers'>;
  /** Receives every state. The last one is `answered` or `failed`. */
  onState(state: State): void;
  /** Receives a new token for the same result; undefined when it could not be renewed. */
  onToken(token: string | undefined): void;
}

export class ClassificationTask {
  readonly #host: TaskHost;
  #file: Blob | undefined;
  #abort: AbortController | undefined;
  #renewal: TokenRenewal | undefined;
  #state = EMPTY;
  #isSuspended = false;
  /** The photo as it is classified; undefined until the file was read. */
  photo: Photo | undefined;

  constructor(host: TaskHost) {
    this.#host = host;
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
      const { classify } = await loadClassify();
      const end = await classify(file, {
        ...this.#host.options(),
        signal,
        onState: (state) => this.#setState(state),
        onPhoto: (photo) => {
          this.photo = photo;
        },
      });
      signal.throwIfAborted();
      this.#setState(end);
      if (end.kind === 'answered') this.#renewLater(end.result?.token);
    } catch (error) {
      if (signal.aborted) return;
      // The code could not be loaded.
      const problem = { type: 'unreachable', detail: String(error), retryable: true };
      this.#setState({ kind: 'failed', problem, text: 'unreachable' });
    }
  }

  /** Aborts the classification if it is still running. The file stays. */
  cancel(): void {
    if (isBusy(this.#state)) this.#stop();
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
    this.#renewal?.suspend();
  }

  /** Continues after `suspend`. */
  resume(): void {
    if (!this.#isSuspended) return;
    this.#isSuspended = false;
    if (isBusy(this.#state)) this.start();
    else this.#renewal?.resume();
  }

  #stop(): void {
    this.#abort?.abort();
    this.#abort = undefined;
    this.#renewal?.suspend();
    this.#renewal = undefined;
    this.#state = EMPTY;
  }

  #setState(state: State): void {
    this.#state = state;
    this.#host.onState(state);
  }

  /** Renews a token before it expires. */
  async #renewLater(token: string | undefined): Promise<void> {
    if (token === undefined) return;
    const attempt = this.#abort;
    const receivedAt = performance.now();
    // If the code cannot be loaded, the token expires.
    const module = await import('./token-renewal.ts').catch(() => undefined);
    // Another attempt may have replaced this one while the code was loaded.
    if (!module || this.#abort !== attempt) return;
    this.#renewal = new module.TokenRenewal(token, receivedAt, (signal) => this.#renew(signal));
    if (this.#isSuspended) this.#renewal.suspend();
  }

  async #renew(signal: AbortSignal): Promise<void> {
    if (!this.photo) return;
    const { classifyRemotely } = await loadClassify();
    const job = { ...this.#host.options(), signal, onState() {} };
    const result = await classifyRemotely(this.photo.file, job).catch(() => undefined);
    if (signal.aborted) return;
    this.#renewal = undefined;
    this.#host.onToken(result?.token);
    this.#renewLater(result?.token);
  }
}

/** @file One file on its way to an answer: begun, broken off, taken up again; and the answer's token renewed before it ends. */
import type { Job } from './classify.ts';
import type { Picture } from './picture.ts';
import { isBusy, type State } from './state.ts';
import { timesOf } from './submission.ts';

const loadClassify = () => import('./classify.ts');

/** A token is renewed so many milliseconds before it ends: a form takes a while to arrive. */
const RENEW_BEFORE = 30_000;

interface Owner {
  /** How and where to ask. */
  settings(): Pick<Job, 'mode' | 'endpoint' | 'sign' | 'headers'>;
  /** Every state on the way; the last one is `answered` or `failed`. */
  onState(state: State): void;
  /** The same answer with another token, or without one when there is none to be had. */
  onToken(token: string | undefined): void;
}

export class Inquiry {
  readonly #owner: Owner;
  #file: Blob | undefined;
  #work: AbortController | undefined;
  #renewal: ReturnType<typeof setTimeout> | undefined;
  /** In milliseconds as `performance.now()`. */
  #renewAt: number | undefined;
  #state: State = { kind: 'empty' };
  picture: Picture | undefined;

  constructor(owner: Owner) {
    this.#owner = owner;
  }

  /** At the first sign that somebody means to use the field. */
  expect(): void {
    loadClassify().then(
      ({ warmUp }) => warmUp(this.#owner.settings()),
      () => {}, // Said when it is needed.
    );
  }

  /** @param file what was picked; without one the same is asked again */
  async start(file = this.#file): Promise<void> {
    if (!file) return;
    if (file !== this.#file) this.stop();
    this.#file = file;
    const { signal } = this.#begin();
    const onState = (state: State) => {
      this.#state = state;
      this.#owner.onState(state);
    };
    onState({ kind: 'preparing' });
    try {
      const { classify } = await loadClassify();
      const onPicture = (picture: Picture) => {
        this.picture = picture;
      };
      const end = await classify(file, { ...this.#owner.settings(), signal, onState, onPicture });
      signal.throwIfAborted();
      onState(end);
      this.#received(end.kind === 'answered' ? end.answer?.token : undefined);
    } catch (error) {
      if (signal.aborted) return;
      // The code itself could not be fetched.
      onState({ kind: 'failed', problem: { type: 'unreachable', detail: String(error), isPassing: true } });
    }
  }

  /** Breaks off and forgets. */
  stop(): void {
    this.suspend();
    this.#file = undefined;
    this.picture?.bitmap.close();
    this.picture = undefined;
    this.#renewAt = undefined;
    this.#state = { kind: 'empty' };
  }

  /** Breaks off; `resume` begins anew. */
  suspend(): void {
    this.#work?.abort();
    clearTimeout(this.#renewal);
  }

  resume(): void {
    if (isBusy(this.#state)) this.start();
    else this.#renewLater();
  }

  #begin(): AbortController {
    this.suspend();
    this.#work = new AbortController();
    return this.#work;
  }

  /** How long a token lasts counts from here: clocks of devices are wrong. */
  #received(token: string | undefined): void {
    this.#renewAt = undefined;
    if (token === undefined) return;
    const { made, ends } = timesOf(token);
    this.#renewAt = performance.now() + ends - made - RENEW_BEFORE;
    this.#renewLater();
  }

  #renewLater(): void {
    if (this.#renewAt === undefined) return;
    this.#renewal = setTimeout(() => this.#renew(), Math.max(0, this.#renewAt - performance.now()));
  }

  /** A page that nobody looks at needs no token until somebody does. */
  async #renew(): Promise<void> {
    if (!this.picture) return;
    const { signal } = this.#begin();
    if (document.hidden) {
      const renew = () => this.#renew();
      document.addEventListener('visibilitychange', renew, { once: true, signal });
      return;
    }
    const { askThere } = await loadClassify();
    const job = { ...this.#owner.settings(), signal, onState() {} };
    const answer = await askThere(this.picture.file, job).catch(() => undefined);
    if (signal.aborted) return;
    this.#owner.onToken(answer?.token);
    this.#received(answer?.token);
  }
}

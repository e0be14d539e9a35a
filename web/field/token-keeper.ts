/** @file Keeps the token of a signed result valid, and holds a form that is sent without a valid one. */
import type { Classification } from '#shared/inference/result.ts';
import type { Problem } from './state.ts';
import { TokenClock } from './token-clock.ts';

interface TokenHost {
  /** Returns the result that the form must have a token for; undefined if it needs none. */
  result(): Classification | undefined;
  /** Returns the result with another token. @param mayUpload whether the photo may be sent again */
  renew(result: Classification, mayUpload: boolean, signal: AbortSignal): Promise<Classification>;
  /** Receives the result with another token. @returns whether the label is still the same */
  onResult(result: Classification): boolean;
  /** The form waits for a token. */
  onHold(): void;
  /** The form was not sent, because there is no token. */
  onFailure(problem: Problem): void;
}

export class TokenKeeper {
  readonly #host: TokenHost;
  readonly #clock: TokenClock;
  /** The renewal that runs while the visitor fills in the form. */
  #quiet: Promise<unknown> | undefined;
  #abort = new AbortController();
  #form = new AbortController();
  #isHolding = false;
  /** The token that the form was last sent with. Its receiver may have verified it, which is possible once. */
  #sent: string | undefined;

  /** @param element whose page must be visible for a renewal before the form is sent */
  constructor(element: Element, host: TokenHost) {
    this.#host = host;
    this.#clock = new TokenClock(element, () => this.#renewQuietly());
  }

  /** Follows the token of the current result. Called after every change. */
  follow(): void {
    this.#clock.follow(this.#host.result()?.token);
  }

  /** Stops until `resume`, and aborts a renewal that is running. */
  suspend(): void {
    this.#clock.stop();
    this.#abort.abort();
  }

  resume(): void {
    this.#abort = new AbortController();
    this.#clock.resume();
  }

  /** Watches a form in place of the one before. It listens before the page does, so that the page sees only what is sent. */
  watch(form: HTMLFormElement | null): void {
    this.#form.abort();
    this.#form = new AbortController();
    const { signal } = this.#form;
    form?.addEventListener('submit', (event) => this.#onSubmit(form, event), { capture: true, signal });
    // Not reached by a submission that this field or another one holds.
    form?.addEventListener('submit', () => this.#onSent(), { signal });
  }

  #isMissing(): boolean {
    const result = this.#host.result();
    return result !== undefined && (this.#clock.isDue || [undefined, this.#sent].includes(result.token));
  }

  #onSent(): void {
    this.#sent = this.#host.result()?.token;
  }

  #onSubmit(form: HTMLFormElement, event: SubmitEvent): void {
    if (event.defaultPrevented || !this.#isMissing()) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    if (!this.#isHolding) this.#hold(form, event.submitter);
  }

  async #hold(form: HTMLFormElement, submitter: HTMLElement | null): Promise<void> {
    this.#isHolding = true;
    this.#host.onHold();
    await this.#quiet;
    const isReady = !this.#isMissing() || (await this.#renewOrFail());
    this.#isHolding = false;
    if (!isReady) return;
    const isInForm = (submitter as HTMLButtonElement | null)?.form === form;
    form.requestSubmit(isInForm ? submitter : null);
  }

  #renewQuietly(): void {
    this.#quiet ??= this.#renew(false)
      .catch((error) => {
        if (!problemOf(error).retryable) this.#clock.stop();
      })
      .finally(() => {
        this.#quiet = undefined;
      });
  }

  async #renewOrFail(): Promise<boolean> {
    const { signal } = this.#abort;
    try {
      return await this.#renew(true);
    } catch (error) {
      if (!signal.aborted) this.#host.onFailure(problemOf(error));
      return false;
    }
  }

  /** @returns whether the field still has the same result, with another token, and the same label */
  async #renew(mayUpload: boolean): Promise<boolean> {
    const before = this.#host.result();
    if (!before) return true;
    const after = await this.#host.renew(before, mayUpload, this.#abort.signal);
    return this.#host.result() === before && this.#host.onResult(after);
  }
}

/** An import that failed is a TypeError. Any other error without a problem comes from the page's `headers`. */
function problemOf(error: unknown): Problem {
  const type = error instanceof TypeError ? 'not-loaded' : 'page-error';
  const { problem } = error as { problem?: Problem };
  return problem ?? { type, detail: String(error), retryable: true };
}

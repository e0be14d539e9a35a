/** @file The renewal of a token before it expires. Loaded with the first signed result. */
import { tokenTimes } from './token.ts';

/** A token is renewed this long before it expires, in milliseconds, because submitting a form takes a while. */
const RENEW_BEFORE_MS = 30_000;

/** Calls `renew` once, shortly before a token expires. In a hidden page, it waits until the page is visible. */
export class TokenRenewal {
  readonly #renew: (signal: AbortSignal) => void;
  /** In milliseconds as `performance.now()`. */
  readonly #dueAt: number;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #abort = new AbortController();

  /** @param receivedAt in milliseconds as `performance.now()`. The lifetime counts from here, because the device's clock may be wrong */
  constructor(token: string, receivedAt: number, renew: (signal: AbortSignal) => void) {
    const { issuedAt, expiresAt } = tokenTimes(token);
    this.#dueAt = receivedAt + expiresAt - issuedAt - RENEW_BEFORE_MS;
    this.#renew = renew;
    this.resume();
  }

  /** Stops the timer, and aborts a renewal that is running. */
  suspend(): void {
    clearTimeout(this.#timer);
    this.#abort.abort();
  }

  resume(): void {
    this.suspend();
    this.#abort = new AbortController();
    this.#timer = setTimeout(() => this.#onDue(), Math.max(0, this.#dueAt - performance.now()));
  }

  #onDue(): void {
    const { signal } = this.#abort;
    if (!document.hidden) this.#renew(signal);
    else document.addEventListener('visibilitychange', () => this.#onDue(), { once: true, signal });
  }
}

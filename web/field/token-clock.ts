/** @file Tells when a token should be renewed. */
import { tokenTimes } from './token.ts';

/** A token is renewed this long before it expires, in milliseconds, because sending a form takes a while. */
const MARGIN_MS = 30_000;

/**
 * Calls `onDue` when the token is due, but only while the page is visible and the device is online. As long as the token stays the
 * same, it calls again whenever the page becomes visible or the device comes online.
 */
export class TokenClock {
  readonly #element: Element;
  readonly #onDue: () => void;
  #followed: string | undefined;
  /** The last token, whose time goes on while it is not followed. */
  #token: string | undefined;
  /** When the token is due. The first time stops while the device sleeps; the visitor can set the second one back. */
  #dueAt = { performance: 0, date: 0 };
  #timer: ReturnType<typeof setTimeout> | undefined;
  #listeners = new AbortController();

  /** @param element whose page must be visible */
  constructor(element: Element, onDue: () => void) {
    this.#element = element;
    this.#onDue = onDue;
  }

  /**
   * Follows a token. The lifetime of a new one counts from now, because the device's clock may be wrong.
   * @param token undefined for none, for example while the field is disabled
   */
  follow(token: string | undefined): void {
    if (token === this.#followed) return;
    this.#followed = token;
    this.stop();
    if (token === undefined) return;
    if (token !== this.#token) this.#start(token);
    this.resume();
  }

  #start(token: string): void {
    const { issuedAt, expiresAt } = tokenTimes(token);
    const wait = expiresAt - issuedAt - MARGIN_MS;
    this.#token = token;
    this.#dueAt = { performance: performance.now() + wait, date: Date.now() + wait };
  }

  get isDue(): boolean {
    return this.#wait <= 0;
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#listeners.abort();
  }

  resume(): void {
    this.stop();
    if (this.#followed === undefined) return;
    this.#listeners = new AbortController();
    const { signal } = this.#listeners;
    const check = () => this.#check();
    this.#timer = setTimeout(check, Math.max(0, this.#wait));
    addEventListener('online', check, { signal });
    this.#element.ownerDocument.addEventListener('visibilitychange', check, { signal });
  }

  get #wait(): number {
    const { performance: steady, date } = this.#dueAt;
    return Math.min(steady - performance.now(), date - Date.now());
  }

  #check(): void {
    if (this.isDue && navigator.onLine && !this.#element.ownerDocument.hidden) this.#onDue();
  }
}

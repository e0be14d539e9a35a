/** @file The seconds until the next attempt. Screen readers do not announce it, because the status line announces the retry. */
import { h, setText } from './dom.ts';
import type { Messages } from './messages/en.ts';

const TICK_MS = 500;

export class Countdown {
  readonly element = h('span', { part: 'countdown', hidden: true });
  #timer: ReturnType<typeof setInterval> | undefined;

  /** @param until in milliseconds as `Date.now()` */
  start(until: number, messages: Messages, language: string): void {
    this.stop();
    const format = new Intl.NumberFormat(language || 'en', {
      style: 'unit',
      unit: 'second',
      unitDisplay: 'long',
    });
    const tick = () => {
      const seconds = Math.max(0, Math.ceil((until - Date.now()) / 1000));
      setText(this.element, messages.retryIn.replace('{seconds}', format.format(seconds)));
    };
    tick();
    this.element.hidden = false;
    this.#timer = setInterval(tick, TICK_MS);
  }

  stop(): void {
    clearInterval(this.#timer);
    this.element.hidden = true;
  }
}

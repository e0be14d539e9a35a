/** @file A window that moves by itself, one place after the other, until it is stopped or has been everywhere. */
import { prefersStillness } from '../dom.ts';

export interface Slide {
  readonly isMoving: boolean;
  start(): void;
  stop(): void;
}

/** Places a second for readers who want little motion. */
const STILL = 2;

interface SlideOptions {
  button: HTMLButtonElement;
  /** Places in all, and how many a second. */
  count: () => number;
  pace: () => number;
  /** The place that is looked at now. */
  at: () => number;
  go: (place: number) => void;
  /** Called when it starts and stops. */
  changed?: () => void;
}

export function slide({ button, count, pace, at, go, changed = () => {} }: SlideOptions): Slide {
  const [idle, moving] = [button.textContent ?? '', 'Pause'];
  let frame = 0;
  let place = 0;
  let before = 0;

  function step(now: number): void {
    // The step of a page that was hidden is no leap.
    const seconds = Math.min(0.1, (now - before) / 1000);
    before = now;
    place += seconds * (prefersStillness() ? STILL : pace());
    if (place >= count()) {
      stop();
      return;
    }
    if (Math.floor(place) !== at()) go(Math.floor(place));
    frame = requestAnimationFrame(step);
  }
  function start(): void {
    place = at() >= count() - 1 ? 0 : at();
    before = performance.now();
    frame = requestAnimationFrame(step);
    show();
  }
  function stop(): void {
    cancelAnimationFrame(frame);
    frame = 0;
    show();
  }
  function show(): void {
    button.setAttribute('aria-pressed', `${frame !== 0}`);
    button.textContent = frame ? moving : idle;
    changed();
  }
  button.addEventListener('click', () => (frame ? stop() : start()));
  return {
    get isMoving() {
      return frame !== 0;
    },
    start,
    stop,
  };
}

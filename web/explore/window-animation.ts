/** @file An animation that moves a window over all positions of its input, with a button that starts and stops it. */
import { prefersReducedMotion } from '../dom.ts';

export interface WindowAnimation {
  readonly isRunning: boolean;
  stop(): void;
}

/** Positions per second for visitors who prefer reduced motion. */
const REDUCED_PACE = 2;

/** Longest time that one frame may advance, in seconds, so that the window does not jump after the page was hidden. */
const MAX_FRAME_SECONDS = 0.1;

interface WindowAnimationOptions {
  button: HTMLButtonElement;
  /** Number of positions. */
  count: () => number;
  /** Positions per second. */
  pace: () => number;
  /** Returns the current position, row by row. */
  position: () => number;
  moveTo: (position: number) => void;
  /** Called when the animation starts and when it stops. */
  toggled: () => void;
}

export function animateWindow(options: WindowAnimationOptions): WindowAnimation {
  const { button, count, pace, position, moveTo, toggled } = options;
  const idleText = button.textContent ?? '';
  let frame = 0;
  let progress = 0;
  let lastTime = 0;

  function step(now: number): void {
    const seconds = Math.min(MAX_FRAME_SECONDS, (now - lastTime) / 1000);
    lastTime = now;
    progress += seconds * (prefersReducedMotion() ? REDUCED_PACE : pace());
    if (progress >= count()) {
      stop();
      return;
    }
    if (Math.floor(progress) !== position()) moveTo(Math.floor(progress));
    frame = requestAnimationFrame(step);
  }
  function start(): void {
    progress = position() >= count() - 1 ? 0 : position();
    lastTime = performance.now();
    frame = requestAnimationFrame(step);
    updateButton();
  }
  function stop(): void {
    cancelAnimationFrame(frame);
    frame = 0;
    updateButton();
  }
  function updateButton(): void {
    button.setAttribute('aria-pressed', `${frame !== 0}`);
    button.textContent = frame ? 'Pause' : idleText;
    toggled();
  }
  button.addEventListener('click', () => (frame ? stop() : start()));
  return {
    get isRunning() {
      return frame !== 0;
    },
    stop,
  };
}

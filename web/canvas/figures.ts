/** @file When figures are drawn: once a frame at most, when something has changed, and only those in view. */

interface Figure {
  draw: () => void;
  stale: boolean;
  inView: boolean;
}

/** By the element that must be in view. */
const figures = new Map<Element, Figure[]>();
let isAsked = false;

const inView = new IntersectionObserver(
  (changes) => {
    for (const { target, isIntersecting } of changes)
      for (const figure of figures.get(target) ?? []) figure.inView = isIntersecting;
    request();
  },
  { rootMargin: '200px' },
);

/**
 * A figure that is drawn when `where` comes into view.
 * @returns draws it again at the next frame in which it is in view
 */
export function figure(where: Element, draw: () => void): () => void {
  const made: Figure = { draw, stale: true, inView: false };
  const beside = figures.get(where);
  if (beside) made.inView = beside[0].inView;
  figures.set(where, [...(beside ?? []), made]);
  inView.observe(where);
  request();
  return () => {
    made.stale = true;
    request();
  };
}

/** Draws all figures at once, in view or not, so that each takes its room. */
export function drawAll(): void {
  for (const figure of [...figures.values()].flat()) {
    figure.stale = false;
    figure.draw();
  }
}

/** Draws all figures again: the colours have changed. */
export function redrawAll(): void {
  for (const figure of [...figures.values()].flat()) figure.stale = true;
  request();
}

function request(): void {
  if (isAsked) return;
  isAsked = true;
  requestAnimationFrame(() => {
    isAsked = false;
    for (const figure of [...figures.values()].flat()) {
      if (!figure.stale || !figure.inView) continue;
      figure.stale = false;
      figure.draw();
    }
  });
}

/** @file Schedules the drawing of figures: at most once a frame, only after a change, and only for figures in view. */

interface Figure {
  draw: () => void;
  isStale: boolean;
  isInView: boolean;
}

/** Figures by the element whose position decides whether they are in view. */
const figures = new Map<Element, Figure[]>();
let isFrameRequested = false;

const observer = new IntersectionObserver(
  (entries) => {
    for (const { target, isIntersecting } of entries)
      for (const figure of figures.get(target) ?? []) figure.isInView = isIntersecting;
    requestFrame();
  },
  { rootMargin: '200px' },
);

/**
 * Draws a figure when `container` comes into view.
 * @returns a function that draws the figure again at the next frame in which it is in view
 */
export function registerFigure(container: Element, draw: () => void): () => void {
  const siblings = figures.get(container) ?? [];
  const figure: Figure = { draw, isStale: true, isInView: siblings[0]?.isInView ?? false };
  figures.set(container, [...siblings, figure]);
  observer.observe(container);
  requestFrame();
  return () => {
    figure.isStale = true;
    requestFrame();
  };
}

/** Draws all figures at once, in view or not, so that each takes up its final height. */
export function drawAll(): void {
  for (const figure of [...figures.values()].flat()) {
    figure.isStale = false;
    figure.draw();
  }
}

/** Draws all figures again, each when it is in view, after the colour scheme has changed. */
export function redrawAll(): void {
  for (const figure of [...figures.values()].flat()) figure.isStale = true;
  requestFrame();
}

function requestFrame(): void {
  if (isFrameRequested) return;
  isFrameRequested = true;
  requestAnimationFrame(() => {
    isFrameRequested = false;
    for (const figure of [...figures.values()].flat()) {
      if (!figure.isStale || !figure.isInView) continue;
      figure.isStale = false;
      figure.draw();
    }
  });
}

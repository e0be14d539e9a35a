/** @file Canvases at the resolution of the screen. */

/** Keeps the canvas at one pixel per device pixel, and calls `resized` after a change. CSS sets its size on the page. */
export function keepSharp(canvas: HTMLCanvasElement, resized: () => void): void {
  new ResizeObserver(([entry]) => {
    const exact = entry.devicePixelContentBoxSize?.[0];
    const { inlineSize, blockSize } = exact ?? entry.contentBoxSize[0];
    const scale = exact ? 1 : devicePixelRatio;
    const [width, height] = [Math.round(inlineSize * scale), Math.round(blockSize * scale)];
    if (!width || (canvas.width === width && canvas.height === height)) return;
    canvas.width = width;
    canvas.height = height;
    resized();
  }).observe(canvas);
}

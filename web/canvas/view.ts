/** @file A canvas that shows a plane and lets one of its cells be chosen. */

import { drawView, extentOf, type View } from './draw.ts';
import { type GridOptions, gridControl, keepSharp } from './grid.ts';
import { themeNow } from './theme.ts';

export interface PlaneCanvas {
  draw(view: View): void;
}

/** @param control without its grid, which is that of the view; a picture to look at when there is none */
export function planeCanvas(canvas: HTMLCanvasElement, control?: Omit<GridOptions, 'grid'>): PlaneCanvas {
  let view: View | undefined;
  const draw = () => view && drawView(canvas, view, themeNow());
  keepSharp(canvas, draw);
  const grid = () => ({
    rows: view?.plane.height ?? 1,
    columns: view?.plane.width ?? 1,
    offset: view?.offset ?? 0,
    ...(view && { extent: extentOf(view) }),
  });
  const tell = control && gridControl(canvas, { ...control, grid });
  return {
    draw(next) {
      view = next;
      const { width, height } = extentOf(view);
      canvas.style.aspectRatio = `${width} / ${height}`;
      draw();
      tell?.();
    },
  };
}

/** @file A canvas that shows a plane and can let the visitor select one of its cells. */
import { drawPlane, extentOf, type PlaneView } from './draw-plane.ts';
import { type GridOptions, gridControl } from './grid-control.ts';
import { keepSharp } from './sharp-canvas.ts';
import { currentTheme } from './theme.ts';

export interface PlaneCanvas {
  draw(view: PlaneView): void;
}

/** @param control makes the cells selectable; the view gives the grid */
export function planeCanvas(canvas: HTMLCanvasElement, control: Omit<GridOptions, 'grid'>): PlaneCanvas {
  let view: PlaneView | undefined;
  const draw = () => view && drawPlane(canvas, view, currentTheme());
  keepSharp(canvas, draw);
  const grid = () => ({
    rows: view?.plane.height ?? 1,
    columns: view?.plane.width ?? 1,
    offset: view?.offset ?? 0,
    ...(view && { extent: extentOf(view) }),
  });
  const updateAria = gridControl(canvas, { ...control, grid });
  return {
    draw(next) {
      view = next;
      const { width, height } = extentOf(view);
      canvas.style.aspectRatio = `${width} / ${height}`;
      draw();
      updateAria();
    },
  };
}

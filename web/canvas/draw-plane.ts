/** @file Draws a plane of numbers on a canvas as coloured cells. */
import { colourOf, type Palette } from './colour.ts';
import type { Plane } from './plane.ts';
import type { Theme } from './theme.ts';

/** Resizes the canvas to one pixel per number, and paints the plane. CSS enlarges it. */
export function paint(
  canvas: HTMLCanvasElement | OffscreenCanvas,
  { width, height, data }: Plane,
  palette: Palette,
): void {
  if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, { width, height });
  const context = canvas.getContext('2d') as CanvasRenderingContext2D;
  const image = context.createImageData(width, height);
  const packed = new Uint32Array(image.data.buffer);
  for (let i = 0; i < packed.length; i++) packed[i] = colourOf(palette, data[i]);
  context.putImageData(image, 0, 0);
}

/** A rectangle in cells of the view, padding included. */
interface Outline {
  y: number;
  x: number;
  height: number;
  width: number;
}

export interface PlaneView {
  plane: Plane;
  palette: Palette;
  /** Rows and columns of the canvas before the plane begins; 0 by default. */
  offset?: number;
  /** Size of the canvas in cells; the size of the plane by default. */
  extent?: { width: number; height: number };
  /** Whether the area around the plane is hatched, to show zero padding. */
  hatched?: boolean;
  outlines?: readonly Outline[];
  /** Number of cells to show, row by row; all by default. */
  visibleCells?: number;
}

export const extentOf = ({ extent, plane }: PlaneView) =>
  extent ?? { width: plane.width, height: plane.height };

/** Cells narrower than this, in pixels of the canvas, have no grid lines. */
const MIN_GRID_CELL = 9;

/** Pixel edges of the cells on a canvas, and of the plane's area. */
interface CellEdges {
  x: (column: number) => number;
  y: (row: number) => number;
  left: number;
  top: number;
  right: number;
  bottom: number;
}

const scratch = new OffscreenCanvas(1, 1);

/** Draws a view over the whole canvas. Cells begin and end at whole pixels. */
export function drawPlane(canvas: HTMLCanvasElement, view: PlaneView, theme: Theme): void {
  const context = canvas.getContext('2d') as CanvasRenderingContext2D;
  const edges = cellEdges(canvas, view);
  const { left, top, right, bottom } = edges;
  context.clearRect(0, 0, canvas.width, canvas.height);
  if (view.hatched) hatch(context, canvas.width, canvas.height, theme.line);
  context.clearRect(left, top, right - left, bottom - top);
  drawCells(context, view, edges);
  if (canvas.width / extentOf(view).width >= MIN_GRID_CELL) drawGridLines(context, view, edges);
  drawOutlines(context, view, edges, theme);
}

function cellEdges(canvas: HTMLCanvasElement, view: PlaneView): CellEdges {
  const { plane, offset = 0 } = view;
  const { width, height } = extentOf(view);
  const x = (column: number) => Math.round((column * canvas.width) / width);
  const y = (row: number) => Math.round((row * canvas.height) / height);
  const [left, top] = [x(offset), y(offset)];
  return { x, y, left, top, right: x(offset + plane.width), bottom: y(offset + plane.height) };
}

function drawCells(context: CanvasRenderingContext2D, view: PlaneView, edges: CellEdges): void {
  const { plane, palette, offset = 0, visibleCells } = view;
  const { x, y, left, top, right, bottom } = edges;
  paint(scratch, plane, palette);
  context.imageSmoothingEnabled = false;
  context.save();
  if (visibleCells !== undefined) {
    const [rows, rest] = [Math.floor(visibleCells / plane.width), visibleCells % plane.width];
    const rowTop = y(offset + rows);
    context.beginPath();
    context.rect(left, top, right - left, rowTop - top);
    context.rect(left, rowTop, x(offset + rest) - left, y(offset + rows + 1) - rowTop);
    context.clip();
  }
  context.drawImage(scratch, left, top, right - left, bottom - top);
  context.restore();
}

function drawGridLines(
  context: CanvasRenderingContext2D,
  { plane, offset = 0 }: PlaneView,
  { x, y, left, top, right, bottom }: CellEdges,
): void {
  context.fillStyle = 'rgb(128 128 128 / 0.22)';
  for (let i = 1; i < plane.width; i++) context.fillRect(x(offset + i), top, 1, bottom - top);
  for (let i = 1; i < plane.height; i++) context.fillRect(left, y(offset + i), right - left, 1);
}

/** Draws each outline twice, the wider one in the colour of the page, so that it is visible on all colours. */
function drawOutlines(
  context: CanvasRenderingContext2D,
  { outlines = [] }: PlaneView,
  { x, y }: CellEdges,
  { mark, page }: Theme,
): void {
  context.lineJoin = 'round';
  const thickness = Math.max(2, Math.round(context.canvas.width / 170));
  for (const outline of outlines) {
    const [left, top] = [x(outline.x), y(outline.y)];
    const sizes = [x(outline.x + outline.width) - left, y(outline.y + outline.height) - top] as const;
    for (const [lineWidth, strokeStyle] of [
      [2.4 * thickness, page],
      [thickness, mark],
    ] as const) {
      Object.assign(context, { lineWidth, strokeStyle });
      context.strokeRect(left, top, ...sizes);
    }
  }
}

/** Fills the canvas with diagonal lines. */
function hatch(context: CanvasRenderingContext2D, width: number, height: number, colour: string): void {
  const gap = Math.max(6, Math.round(width / 60));
  context.strokeStyle = colour;
  context.lineWidth = Math.max(1, width / 500);
  context.beginPath();
  for (let x = -height; x < width; x += gap) {
    context.moveTo(x, height);
    context.lineTo(x + height, 0);
  }
  context.stroke();
}

/** @file A plane of numbers → pixels on a canvas. */
import { colourOf, type Palette } from './colour.ts';
import type { Plane } from './plane.ts';
import type { Theme } from './theme.ts';

/** Paints a plane at one canvas pixel a number; CSS enlarges it. */
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

/** A rectangle in cells, outlined. */
interface Outline {
  y: number;
  x: number;
  height: number;
  width: number;
}

export interface View {
  plane: Plane;
  palette: Palette;
  /** Rows and columns of the canvas before the plane begins, and its size in cells; the plane alone unless given. */
  offset?: number;
  extent?: { width: number; height: number };
  /** Hatches what is around the plane: zeros that are no picture. */
  hatched?: boolean;
  outlines?: readonly Outline[];
  /** How many cells have been computed, row by row; all unless given. */
  until?: number;
}

export const extentOf = ({ extent, plane }: View) => extent ?? { width: plane.width, height: plane.height };

const scratch = new OffscreenCanvas(1, 1);

/** Draws a view over a whole canvas, crisp at the screen's own pixels. */
export function drawView(canvas: HTMLCanvasElement, view: View, { mark, page, line }: Theme): void {
  const { plane, offset = 0, hatched = false, outlines = [] } = view;
  const { width, height } = extentOf(view);
  const context = canvas.getContext('2d') as CanvasRenderingContext2D;
  const x = (cell: number) => Math.round((cell * canvas.width) / width);
  const y = (cell: number) => Math.round((cell * canvas.height) / height);
  const [left, top, right, bottom] = [
    x(offset),
    y(offset),
    x(offset + plane.width),
    y(offset + plane.height),
  ];
  context.clearRect(0, 0, canvas.width, canvas.height);
  if (hatched) hatch(context, canvas.width, canvas.height, line);
  context.clearRect(left, top, right - left, bottom - top);
  paint(scratch, plane, view.palette);
  context.imageSmoothingEnabled = false;
  context.save();
  if (view.until !== undefined) {
    const [rows, rest] = [Math.floor(view.until / plane.width), view.until % plane.width];
    context.beginPath();
    context.rect(left, top, right - left, y(offset + rows) - top);
    context.rect(left, y(offset + rows), x(offset + rest) - left, y(offset + rows + 1) - y(offset + rows));
    context.clip();
  }
  context.drawImage(scratch, left, top, right - left, bottom - top);
  context.restore();
  if (canvas.width / width >= 9) {
    context.fillStyle = 'rgb(128 128 128 / 0.22)';
    for (let i = 1; i < plane.width; i++) context.fillRect(x(offset + i), top, 1, bottom - top);
    for (let i = 1; i < plane.height; i++) context.fillRect(left, y(offset + i), right - left, 1);
  }
  context.lineJoin = 'round';
  const thick = Math.max(2, Math.round(canvas.width / 170));
  for (const outline of outlines) {
    const [x0, y0] = [x(outline.x), y(outline.y)];
    const sizes = [x(outline.x + outline.width) - x0, y(outline.y + outline.height) - y0] as const;
    for (const [lineWidth, strokeStyle] of [
      [2.4 * thick, page],
      [thick, mark],
    ] as const) {
      Object.assign(context, { lineWidth, strokeStyle });
      context.strokeRect(x0, y0, ...sizes);
    }
  }
}

/** Where there is no picture: the zeros of the padding. */
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

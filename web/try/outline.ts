/** @file Draws the photo with the garment's outline. The browser computes the mask with the Worker's photo pipeline. */
import type { Pixels } from '#shared/decode/pixels.ts';
import type { AlphaMask } from '#shared/input/garment/photo.ts';
import { currentTheme } from '../canvas/theme.ts';
import { prepare } from '../picture/photo.ts';
import { pixelsOf } from '../picture/pixels.ts';

/** Draws the photo, with the garment's outline if one is found, and shows the canvas. Does nothing if another photo is current by then. */
export async function drawPhoto(
  canvas: HTMLCanvasElement,
  photo: Blob,
  isCurrent: () => boolean,
): Promise<void> {
  const pixels = await pixelsOf(photo);
  const { mask } = await prepare(pixels);
  if (!isCurrent()) return;
  drawPixels(canvas, pixels);
  canvas.ariaLabel = mask ? 'Your photo with the outline of the garment' : 'Your photo';
  if (mask) drawOutline(canvas, mask);
  canvas.hidden = false;
}

function drawOutline(canvas: HTMLCanvasElement, mask: AlphaMask): void {
  const context = canvas.getContext('2d') as CanvasRenderingContext2D;
  const { border, outside } = pathsOf(mask, canvas);
  const { page, mark } = currentTheme();
  context.fillStyle = page;
  context.globalAlpha = 0.55;
  context.fill(outside);
  context.globalAlpha = 1;
  const lineWidth = Math.max(2, canvas.width / 130);
  Object.assign(context, { lineCap: 'round', lineWidth: 2.2 * lineWidth, strokeStyle: page });
  context.stroke(border);
  Object.assign(context, { lineWidth, strokeStyle: mark });
  context.stroke(border);
}

function drawPixels(canvas: HTMLCanvasElement, { width, height, data }: Pixels): void {
  Object.assign(canvas, { width, height });
  canvas.getContext('2d')?.putImageData(new ImageData(new Uint8ClampedArray(data), width, height), 0, 0);
}

/** Returns two paths in pixels of the canvas: the garment's border, and the area outside it. */
function pathsOf({ width, height, data }: AlphaMask, canvas: HTMLCanvasElement) {
  const [scaleX, scaleY] = [canvas.width / width, canvas.height / height];
  const isInside = (x: number, y: number) =>
    x >= 0 && y >= 0 && x < width && y < height && data[y * width + x] > 127;
  const border = new Path2D();
  const outside = new Path2D();
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      if (!isInside(x, y)) {
        outside.rect(x * scaleX, y * scaleY, scaleX, scaleY);
        continue;
      }
      for (const [neighbourX, neighbourY, x0, y0, x1, y1] of [
        [x - 1, y, x, y, x, y + 1],
        [x + 1, y, x + 1, y, x + 1, y + 1],
        [x, y - 1, x, y, x + 1, y],
        [x, y + 1, x, y + 1, x + 1, y + 1],
      ]) {
        if (isInside(neighbourX, neighbourY)) continue;
        border.moveTo(x0 * scaleX, y0 * scaleY);
        border.lineTo(x1 * scaleX, y1 * scaleY);
      }
    }
  }
  return { border, outside };
}

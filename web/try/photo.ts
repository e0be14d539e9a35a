/** @file The photo with what was found in it: the garment's outline and box, computed here by the Worker's own code. */
import type { Pixels } from '#shared/decode/pixels.ts';
import type { AlphaMask } from '#shared/input/garment/photo.ts';
import { themeNow } from '../canvas/theme.ts';
import { find } from '../dom.ts';
import { prepare } from '../picture/photo.ts';
import { pixelsOf } from '../picture/pixels.ts';

interface ShownPhoto {
  /** @param box that the Worker found; null where it found no garment */
  outline(box: { left: number; top: number; width: number; height: number } | null): Promise<void>;
}

export async function showPhoto(file: Blob): Promise<ShownPhoto> {
  const canvas = find('#photo', HTMLCanvasElement);
  const pixels = await pixelsOf(file).catch(() => undefined);
  canvas.hidden = !pixels;
  find('#drop', HTMLElement).classList.toggle('filled', pixels !== undefined);
  if (!pixels) return { outline: async () => {} };
  draw(canvas, pixels);
  return {
    async outline(box) {
      if (!box) return;
      const { mask } = await prepare(pixels);
      if (mask) drawOutline(canvas, mask);
    },
  };
}

function draw(canvas: HTMLCanvasElement, { width, height, data }: Pixels): void {
  Object.assign(canvas, { width, height });
  canvas.style.aspectRatio = `${width} / ${height}`;
  canvas.getContext('2d')?.putImageData(new ImageData(new Uint8ClampedArray(data), width, height), 0, 0);
}

/** Dims what is not garment, and draws along the border between the two. */
function drawOutline(canvas: HTMLCanvasElement, { width, height, data }: AlphaMask): void {
  const context = canvas.getContext('2d') as CanvasRenderingContext2D;
  const [sx, sy] = [canvas.width / width, canvas.height / height];
  const inside = (x: number, y: number) =>
    x >= 0 && y >= 0 && x < width && y < height && data[y * width + x] > 127;
  const edges = new Path2D();
  const outside = new Path2D();
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      if (!inside(x, y)) {
        outside.rect(x * sx, y * sy, sx, sy);
        continue;
      }
      for (const [nx, ny, x0, y0, x1, y1] of [
        [x - 1, y, x, y, x, y + 1],
        [x + 1, y, x + 1, y, x + 1, y + 1],
        [x, y - 1, x, y, x + 1, y],
        [x, y + 1, x, y + 1, x + 1, y + 1],
      ]) {
        if (inside(nx, ny)) continue;
        edges.moveTo(x0 * sx, y0 * sy);
        edges.lineTo(x1 * sx, y1 * sy);
      }
    }
  }
  const { page, mark } = themeNow();
  context.fillStyle = page;
  context.globalAlpha = 0.55;
  context.fill(outside);
  context.globalAlpha = 1;
  const thick = Math.max(2, canvas.width / 130);
  for (const [lineWidth, strokeStyle] of [
    [2.2 * thick, page],
    [thick, mark],
  ] as const) {
    Object.assign(context, { lineWidth, strokeStyle, lineCap: 'round' });
    context.stroke(edges);
  }
}

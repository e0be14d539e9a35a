/** @file Decodes image files with the browser's own decoders. */
import type { Pixels } from '#shared/decode/pixels.ts';

/** Longest edge of a decoded image, in pixels, unless a network needs more. The photo pipeline scales it down to 192. */
export const MAX_EDGE = 768;

/**
 * Decodes an image file: upright, and scaled down.
 * @param edge longest edge of the result, in pixels
 * @throws Error in a visitor's words when the browser cannot read it
 */
export async function pixelsOf(
  file: Blob,
  edge = MAX_EDGE,
): Promise<Pixels & Required<Pick<Pixels, 'fullSize'>>> {
  const options = { imageOrientation: 'from-image', colorSpaceConversion: 'none' } as const;
  const bitmap = await createImageBitmap(file, options).catch((cause: unknown) => {
    throw new Error('The browser cannot read this file. Choose a JPEG or PNG file.', { cause });
  });
  const scale = Math.min(1, edge / Math.max(bitmap.width, bitmap.height));
  const [width, height] = [bitmap.width, bitmap.height].map((size) => Math.max(1, Math.round(size * scale)));
  const fullSize = { width: bitmap.width, height: bitmap.height };
  const pixels = { ...drawn(bitmap, width, height), fullSize };
  bitmap.close();
  return pixels;
}

const canvas = new OffscreenCanvas(1, 1);
const context = canvas.getContext('2d', { willReadFrequently: true }) as OffscreenCanvasRenderingContext2D;

/** Draws an image or a frame of a video at a size, and returns its pixels. */
export function drawn(source: ImageBitmap | HTMLVideoElement, width: number, height: number): Pixels {
  Object.assign(canvas, { width, height });
  context.imageSmoothingQuality = 'high';
  context.drawImage(source, 0, 0, width, height);
  return { width, height, data: context.getImageData(0, 0, width, height).data };
}

/** @file Pictures → pixels, by the browser's own decoders. */
import type { Pixels } from '#shared/decode/pixels.ts';

/** Longest edge of what is looked at, in pixels: the photo pipeline's own is 192. */
const LONGEST = 768;

/** The pixels of an image file, upright; what is larger than that is made smaller. @throws Error when it is none */
export async function pixelsOf(file: Blob): Promise<Pixels> {
  const options = { imageOrientation: 'from-image', colorSpaceConversion: 'none' } as const;
  const bitmap = await createImageBitmap(file, options).catch((cause: unknown) => {
    throw new Error('This is no picture that the browser can read.', { cause });
  });
  const scale = Math.min(1, LONGEST / Math.max(bitmap.width, bitmap.height));
  const [width, height] = [bitmap.width, bitmap.height].map((size) => Math.max(1, Math.round(size * scale)));
  const pixels = drawn(bitmap, width, height);
  bitmap.close();
  return pixels;
}

const canvas = new OffscreenCanvas(1, 1);
const context = canvas.getContext('2d', { willReadFrequently: true }) as OffscreenCanvasRenderingContext2D;

/** The pixels of anything that a canvas draws, at a size. */
export function drawn(source: ImageBitmap | HTMLVideoElement, width: number, height: number): Pixels {
  Object.assign(canvas, { width, height });
  context.imageSmoothingQuality = 'high';
  context.drawImage(source, 0, 0, width, height);
  return { width, height, data: context.getImageData(0, 0, width, height).data };
}

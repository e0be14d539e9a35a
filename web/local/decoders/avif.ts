/**
 * @file Decoder for AVIF files: the browser's own, which every browser with WebAssembly SIMD has. The Worker's would be 1.2 MB more to load. Its
 * pixels differ by the rounding of colours.
 */
import { readAvifHeader } from '#shared/decode/avif/header.ts';
import type { Decoder } from '#shared/decode/decoder.ts';
import { FORMAT_NAMES } from '#shared/decode/format.ts';
import { orientationWarnings } from '#shared/decode/ignored-orientation.ts';
import { damaged } from '#shared/decode/image-error.ts';
import { checkSize, MAX_PIXELS } from '#shared/decode/limits.ts';

export const open = async (): Promise<Decoder> => ({
  async decode(bytes, use) {
    const header = readAvifHeader(bytes);
    checkSize(header, MAX_PIXELS.avif, FORMAT_NAMES.avif);
    const file = new Blob([bytes as Uint8Array<ArrayBuffer>], { type: 'image/avif' });
    const bitmap = await createImageBitmap(file, { colorSpaceConversion: 'none' }).catch((cause) => {
      throw damaged('the browser cannot decode it', cause);
    });
    const { width, height } = bitmap;
    const context = new OffscreenCanvas(width, height).getContext('2d') as OffscreenCanvasRenderingContext2D;
    context.drawImage(bitmap, 0, 0);
    bitmap.close();
    const { data } = context.getImageData(0, 0, width, height);
    return use({ width, height, data, warnings: orientationWarnings(header.ignoredOrientation) });
  },
});

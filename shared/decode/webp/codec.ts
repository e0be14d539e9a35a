/** @file One instance of @jsquash/webp's WebAssembly decoder (libwebp). It reads still files; an animation is made one first. */
import webp from '@jsquash/webp/codec/dec/webp_dec.js';
import type { Codec } from '../codec.ts';
import { instantiateEmscripten } from '../emscripten.ts';
import type { Pixels } from '../pixels.ts';
import type { WebpFrame, WebpHeader } from './header.ts';

export async function instantiateWebp(module: WebAssembly.Module): Promise<Codec<WebpHeader>> {
  const instance = await instantiateEmscripten(webp, module);
  return {
    ...instance,
    decode(bytes, { frame, ...canvas }) {
      const pixels = instance.decode(frame ? stillFile(frame) : bytes, undefined);
      return pixels && frame ? place(pixels, frame, canvas) : pixels;
    },
  };
}

/** A file of one frame: VP8X with the frame's size and its chunks. */
function stillFile({ width, height, chunks }: WebpFrame): Uint8Array {
  const file = new Uint8Array(30 + chunks.length);
  const view = new DataView(file.buffer);
  const text = (at: number, text: string) => file.set(new TextEncoder().encode(text), at);
  text(0, 'RIFF');
  view.setUint32(4, file.length - 8, true);
  text(8, 'WEBPVP8X');
  view.setUint32(16, 10, true);
  const ALPHA = 0x10;
  view.setUint32(20, ALPHA, true);
  view.setUint32(24, width - 1, true);
  view.setUint16(27, (height - 1) & 0xffff, true);
  view.setUint8(29, (height - 1) >> 16);
  file.set(chunks, 30);
  return file;
}

/** The frame on a transparent canvas. */
function place(pixels: Pixels, frame: WebpFrame, canvas: { width: number; height: number }): Pixels {
  if (pixels.width === canvas.width && pixels.height === canvas.height) return pixels;
  const data = new Uint8ClampedArray(4 * canvas.width * canvas.height);
  for (let y = 0; y < pixels.height; y++) {
    const row = pixels.data.subarray(4 * y * pixels.width, 4 * (y + 1) * pixels.width);
    data.set(row, 4 * ((frame.top + y) * canvas.width + frame.left));
  }
  return { ...canvas, data };
}

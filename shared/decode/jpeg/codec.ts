/**
 * @file One instance of @cwasm/jpeg-turbo's WebAssembly decoder (libjpeg-turbo's TurboJPEG API).
 *
 * The package's own JavaScript reads its module with `fs` and always decodes at full size; this file does the same few calls. The
 * build has no `setjmp`: an error leaves through `longjmp`, which throws, and the instance is broken for good.
 */
import type { Codec } from '../codec.ts';
import { inksToColours } from './cmyk.ts';
import type { JpegHeader } from './header.ts';

/** What the module exports and this file calls (turbojpeg.h). */
interface TurboJpeg {
  memory: WebAssembly.Memory;
  malloc(bytes: number): number;
  free(address: number): void;
  tjInitDecompress(): number;
  tjDestroy(handle: number): number;
  tjDecompress2(
    handle: number,
    file: number,
    fileBytes: number,
    pixels: number,
    width: number,
    rowBytes: number,
    height: number,
    pixelFormat: number,
    flags: number,
  ): number;
}

/** Pixel formats of 4 bytes. */
const RGBA = 7;
const CMYK = 11;

/**
 * Most pixels that are decoded at full size. A larger image is decoded at a half, a quarter or an eighth, for which the decoder
 * reads fewer coefficients of each block and never holds the whole: a quarter of 12 megapixels takes 6 MB and 70 ms, the whole 52 MB and 190 ms.
 */
export const MAX_WHOLE_PIXELS = 2_000_000;

/** The width and height at which an image of this size is decoded: those of the stored one divided by 1, 2, 4 or 8, rounded up. */
export function reducedSize({ width, height }: { width: number; height: number }) {
  const sizes = [1, 2, 4, 8].map((scale) => ({
    width: Math.ceil(width / scale),
    height: Math.ceil(height / scale),
  }));
  const fitting = sizes.find((size) => size.width * size.height <= MAX_WHOLE_PIXELS);
  return fitting ?? (sizes.at(-1) as (typeof sizes)[number]);
}

/** @throws WebAssembly.LinkError when the module is not the one this file was written for */
export function instantiateJpeg(module: WebAssembly.Module): Codec<JpegHeader> {
  const imports = {
    env: { setjmp: () => 0, longjmp: unreachable('longjmp') },
    wasi_snapshot_preview1: {
      environ_sizes_get: () => 0,
      environ_get: unreachable('environ_get'),
      proc_exit: unreachable('proc_exit'),
      fd_close: unreachable('fd_close'),
      fd_seek: unreachable('fd_seek'),
      fd_write: unreachable('fd_write'),
    },
  };
  const turbo = new WebAssembly.Instance(module, imports).exports as unknown as TurboJpeg;
  let pixels = 0;

  const allocate = (bytes: number): number => {
    const address = turbo.malloc(bytes) >>> 0;
    if (address === 0) throw new Error('the JPEG decoder has no memory left');
    return address;
  };
  return {
    decode(bytes, header) {
      turbo.free(pixels);
      const { width, height } = reducedSize(header);
      const file = allocate(bytes.length);
      new Uint8Array(turbo.memory.buffer).set(bytes, file);
      pixels = allocate(4 * width * height);
      const format = header.components === 4 ? CMYK : RGBA;
      const rowBytes = 4 * width;
      const handle = turbo.tjInitDecompress();
      // The memory is not empty: it may hold an earlier image.
      new Uint8Array(turbo.memory.buffer).fill(0, pixels, pixels + rowBytes * height);
      // Its result tells of warnings only: what is corrupt within the data is concealed, as browsers do.
      turbo.tjDecompress2(handle, file, bytes.length, pixels, width, rowBytes, height, format, 0);
      turbo.tjDestroy(handle);
      turbo.free(file);
      const data = new Uint8ClampedArray(turbo.memory.buffer, pixels, rowBytes * height);
      if (format === CMYK) inksToColours(data);
      else if (data[data.length - 1] !== 255)
        throw new Error('the JPEG decoder gave up before the last pixel');
      return { width, height, data };
    },
    lendsPixels: true,
    memoryBytes: () => turbo.memory.buffer.byteLength,
  };
}

function unreachable(name: string): () => never {
  return () => {
    throw new Error(`the JPEG decoder called ${name}`);
  };
}

/**
 * @file The JPEG codec: @cwasm/jpeg-turbo's WebAssembly decoder (libjpeg-turbo's TurboJPEG API).
 *
 * The package's own JavaScript needs `fs` and always decodes at full size, so this file calls the module directly. The build has
 * no `setjmp`: libjpeg reports an error through `longjmp`, which throws here, and the instance cannot be used again.
 */
import { type Codec, unusedImport } from '../codec.ts';
import type { Size } from '../pixels.ts';
import { cmykToRgba } from './cmyk.ts';
import type { JpegHeader } from './header.ts';

/** The used exports of the module (turbojpeg.h). */
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

/** TurboJPEG's pixel formats of 4 bytes. */
const RGBA = 7;
const CMYK = 11;

/**
 * Maximum number of pixels that are decoded at full size. A larger image is decoded at a half, a quarter or an eighth of its size. The decoder
 * then uses fewer coefficients of each block and never stores the full-size image. 12 megapixels at a quarter take 6 MB and 70
 * ms, at full size 52 MB and 190 ms.
 */
export const MAX_FULL_SIZE_PIXELS = 2_000_000;

/** Returns the size at which an image is decoded: its stored size divided by 1, 2, 4 or 8, rounded up. */
export function reducedSize({ width, height }: Size): Size {
  const sizes = [1, 2, 4, 8].map((scale) => ({
    width: Math.ceil(width / scale),
    height: Math.ceil(height / scale),
  }));
  const fitting = sizes.find((size) => size.width * size.height <= MAX_FULL_SIZE_PIXELS);
  return fitting ?? (sizes.at(-1) as Size);
}

/**
 * Creates an instance of the decoder.
 * @throws WebAssembly.LinkError when the module has other imports than this file provides
 */
export function instantiateJpeg(module: WebAssembly.Module): Codec<JpegHeader> {
  const unused = (name: string) => unusedImport('JPEG', name);
  const imports = {
    env: { setjmp: () => 0, longjmp: unused('longjmp') },
    wasi_snapshot_preview1: {
      environ_sizes_get: () => 0,
      environ_get: unused('environ_get'),
      proc_exit: unused('proc_exit'),
      fd_close: unused('fd_close'),
      fd_seek: unused('fd_seek'),
      fd_write: unused('fd_write'),
    },
  };
  const turbo = new WebAssembly.Instance(module, imports).exports as unknown as TurboJpeg;
  let pixels = 0;

  const allocate = (bytes: number): number => {
    const address = turbo.malloc(bytes) >>> 0;
    if (address === 0) throw new Error('the JPEG decoder ran out of memory');
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
      // Memory is reused and can contain an earlier image. Zeroed alpha bytes reveal a decoder that stopped early (see below).
      new Uint8Array(turbo.memory.buffer).fill(0, pixels, pixels + rowBytes * height);
      // The result is ignored: it only reports warnings. libjpeg conceals corrupt data, as browsers do.
      turbo.tjDecompress2(handle, file, bytes.length, pixels, width, rowBytes, height, format, 0);
      turbo.tjDestroy(handle);
      turbo.free(file);
      const data = new Uint8ClampedArray(turbo.memory.buffer, pixels, rowBytes * height);
      if (format === CMYK) cmykToRgba(data);
      else if (data[data.length - 1] !== 255)
        throw new Error('the JPEG decoder stopped before the last pixel');
      return { width, height, data };
    },
    returnsView: true,
    memoryBytes: () => turbo.memory.buffer.byteLength,
  };
}

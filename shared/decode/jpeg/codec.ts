/**
 * @file The JPEG codec: @cwasm/jpeg-turbo's WebAssembly decoder (libjpeg-turbo's TurboJPEG API), and for most photos up to half of their
 * size a faster one of our own (reduced/) with the same pixels.
 *
 * The package's own JavaScript needs `fs` and always decodes at full size, so this file calls the module directly. The build has
 * no `setjmp`: libjpeg reports an error through `longjmp`, which throws here.
 */
import { type Codec, unusedImport } from '../codec.ts';
import { damaged } from '../image-error.ts';
import { exhausted, type InitialMemory, instantiate } from '../memory.ts';
import type { Pace } from '../pace.ts';
import type { Pixels, Size } from '../pixels.ts';
import { cmykToRgba } from './cmyk.ts';
import type { JpegHeader } from './header.ts';
import { decodeReduced } from './reduced/decode.ts';

/** The used exports of the module (turbojpeg.h). */
interface TurboJpeg {
  memory: WebAssembly.Memory;
  malloc(bytes: number): number;
  tjInitDecompress(): number;
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
 * then uses fewer coefficients of each block and never stores the full-size image. 12 megapixels at an eighth take 5 MB and 15 ms, at a
 * quarter 6 MB and 70 ms, at full size 52 MB and 190 ms.
 */
export const MAX_FULL_SIZE_PIXELS = 2_000_000;

/**
 * Returns the size at which an image is decoded: its stored size times the smallest number of eighths whose longest edge is at least
 * `edge` pixels, rounded up. It is 1, 1/2, 1/4 or 1/8, the largest that MAX_FULL_SIZE_PIXELS allows, if no smaller scale suffices.
 * libjpeg-turbo decodes each block of 8 × 8 pixels to one of that many eighths.
 */
export function scaledSize(stored: Size, edge = Number.POSITIVE_INFINITY): Size {
  const scaled = (eighths: number): Size => ({
    width: Math.ceil((stored.width * eighths) / 8),
    height: Math.ceil((stored.height * eighths) / 8),
  });
  const isTooLarge = ({ width, height }: Size) => width * height > MAX_FULL_SIZE_PIXELS;
  let eighths = 8;
  while (eighths > 1 && isTooLarge(scaled(eighths))) eighths /= 2;
  const sufficient = 1 + Math.floor((8 * (edge - 1)) / Math.max(stored.width, stored.height));
  return scaled(Math.min(eighths, sufficient));
}

/** The marker EOI. A trailer can follow or replace that of the file. */
const END_MARKER = Uint8Array.of(0xff, 0xd9);

/** Rows of pixels between two pauses, at least (infra/tools/decoders.ts). */
const PAUSE_ROWS = 8;

const INITIAL: InitialMemory = { pages: 2, heapStart: 131_072 };

/** The module's import of `setjmp` returns at once. It calls the others only after an error. */
const IMPORTS = {
  env: { setjmp: () => 0, longjmp: unusedImport('JPEG', 'longjmp') },
  wasi_snapshot_preview1: {
    environ_sizes_get: () => 0,
    environ_get: unusedImport('JPEG', 'environ_get'),
    proc_exit: unusedImport('JPEG', 'proc_exit'),
    fd_close: unusedImport('JPEG', 'fd_close'),
    fd_seek: unusedImport('JPEG', 'fd_seek'),
    fd_write: unusedImport('JPEG', 'fd_write'),
  },
};

/**
 * @param turbo build/jpeg.wasm
 * @param reduced reduced/build/reduced.wasm
 */
export function jpegCodec(turbo: WebAssembly.Module, reduced: WebAssembly.Module): Codec<JpegHeader> {
  return async (bytes, header, size, pace) => {
    let picture = bytes.subarray(0, header.end);
    const eighths = eighthsOf(header, size);
    if (header.hasEnd && eighths <= MAX_EIGHTHS) {
      const pixels = await decodeReduced(reduced, picture, size, eighths, pace);
      if (pixels) return pixels;
    }
    for (let attempt = 1; attempt <= maxAttempts(header); attempt++) {
      const { isClean, message, pixels } = await decompress(turbo, picture, header, size, pace);
      if (isClean || header.hasEnd) return pixels;
      // Without an end marker, bytes are missing or a trailer follows. A complete image has no warnings without its trailer.
      const trailer = trailerBytes(message);
      if (trailer === 0) break;
      picture = picture.subarray(0, -trailer);
    }
    throw damaged('the JPEG is cut off');
  };
}

/** The largest scale of the kernels of reduced/, in eighths. */
const MAX_EIGHTHS = 4;

/** Returns the scale at which libjpeg-turbo decodes a file to this size, in eighths: the largest whose result is not larger. */
const eighthsOf = (stored: Size, { width, height }: Size): number =>
  Math.floor(Math.min((8 * width) / stored.width, (8 * height) / stored.height, 8));

/** Pixels times scans that are decoded once only: more than 0.4 seconds. */
const MAX_REPEATED_WORK = 2 ** 28;

/**
 * Returns how often an image is decoded at most. libjpeg can report one byte less of a trailer than there is, so that the second
 * attempt finds another byte.
 */
export function maxAttempts({ width, height, scans, hasEnd }: JpegHeader): number {
  return hasEnd || width * height * scans > MAX_REPEATED_WORK ? 1 : 3;
}

interface Decompressed {
  pixels: Pixels;
  /** Whether libjpeg had no warnings. It conceals corrupt data, as browsers do. */
  isClean: boolean;
  /** The first warning. */
  message: string;
}

/**
 * Decodes a file.
 * @param picture the file up to the end of its last scan
 * @throws Error when libjpeg stops before the last pixel
 */
async function decompress(
  module: WebAssembly.Module,
  picture: Uint8Array,
  header: JpegHeader,
  { width, height }: Size,
  pace: Pace,
): Promise<Decompressed> {
  const share = PAUSE_ROWS / (header.height * header.scans * maxAttempts(header));
  const turbo = instantiate(module, INITIAL, IMPORTS, pace, share).exports as unknown as TurboJpeg;
  const allocate = (size: number): number => {
    const address = turbo.malloc(size) >>> 0;
    if (address === 0) throw exhausted();
    return address;
  };
  const [rowBytes, fileBytes] = [4 * width, picture.length + END_MARKER.length];
  const file = allocate(fileBytes);
  const address = allocate(rowBytes * height);
  const memory = new Uint8Array(turbo.memory.buffer);
  memory.set(picture, file);
  memory.set(END_MARKER, file + picture.length);
  const format = header.components === 4 ? CMYK : RGBA;
  const handle = turbo.tjInitDecompress();
  let status: number;
  try {
    const picture = [handle, file, fileBytes, address, width, rowBytes, height, format, 0] as const;
    status = await pace.run(turbo.tjDecompress2, ...picture);
  } catch (cause) {
    throw messageOf(turbo).startsWith(OUT_OF_MEMORY) ? exhausted(cause) : cause;
  }

  const data = new Uint8ClampedArray(turbo.memory.buffer, address, rowBytes * height);
  if (format === CMYK) cmykToRgba(data);
  // The memory was 0: a pixel that was not written has an alpha of 0.
  else if (data[data.length - 1] !== 255) throw new Error('the JPEG decoder stopped before the last pixel');
  return { pixels: { width, height, data }, isClean: status === 0, message: messageOf(turbo) };
}

/** The beginning of libjpeg's message when `malloc` fails (jerror.h). */
const OUT_OF_MEMORY = 'Insufficient memory';

/** Address of libjpeg's last message in this version of the module: `errStr`, a static variable of turbojpeg.c. */
const MESSAGE_ADDRESS = 12_176;
const MAX_MESSAGE_BYTES = 200;

function messageOf({ memory }: TurboJpeg): string {
  const bytes = new Uint8Array(memory.buffer, MESSAGE_ADDRESS, MAX_MESSAGE_BYTES);
  return String.fromCharCode(...bytes.subarray(0, bytes.indexOf(0)));
}

/** Returns the number of bytes before the end marker that libjpeg has skipped. */
function trailerBytes(message: string): number {
  return Number(/(\d+) extraneous bytes before marker 0xd9/.exec(message)?.[1] ?? 0);
}

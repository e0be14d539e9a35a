/** @file Bytes of a PNG or JPEG file → pixels; the same code in the trainer, the Worker and the browser. */
import type { Codec } from './codec.ts';
import { damaged, type ImageFormat, MAX_PIXELS, readHeader } from './header.ts';
import { instantiateJpeg } from './jpeg.ts';
import type { Pixels } from './pixels.ts';
import { instantiatePng } from './png.ts';

/** The compiled decoders. workerd compiles what is imported statically; elsewhere `compileDecoders` does it. */
export type DecoderModules = Record<ImageFormat, WebAssembly.Module>;

/** Where the decoders lie, as module specifiers. */
const WASM_FILES: Record<ImageFormat, string> = {
  png: '@jsquash/png/codec/pkg/squoosh_png_bg.wasm',
  jpeg: '@jsquash/jpeg/codec/dec/mozjpeg_dec.wasm',
};

/**
 * Compiles the decoders, where a platform lets programs do so (Node, browsers).
 * @param read gives the bytes of a module specifier's file
 */
export async function compileDecoders(
  read: (specifier: string) => Promise<Uint8Array<ArrayBuffer>>,
): Promise<DecoderModules> {
  const [png, jpeg] = await Promise.all([read(WASM_FILES.png), read(WASM_FILES.jpeg)]);
  return { png: await WebAssembly.compile(png), jpeg: await WebAssembly.compile(jpeg) };
}

export interface Decoder {
  /**
   * Decodes a PNG or a JPEG, told apart by their first bytes. A JPEG is turned as its EXIF orientation says; of an animated
   * PNG the first frame counts; colour profiles are ignored.
   * @throws ImageError, and nothing else, whatever the bytes are
   */
  decode(bytes: Uint8Array): Promise<Pixels>;
}

/** An instance whose memory has grown beyond this is not kept: WebAssembly memory never shrinks. */
const KEEP_BYTES = 32 * 2 ** 20;

/** @param maxPixels refuses larger images; a place with little memory sets less than the default */
export function createDecoder(modules: DecoderModules, maxPixels = MAX_PIXELS): Decoder {
  const create: Record<ImageFormat, () => Promise<Codec>> = {
    png: async () => instantiatePng(modules.png),
    jpeg: () => instantiateJpeg(modules.jpeg),
  };
  const kept: Partial<Record<ImageFormat, Codec>> = {};
  return {
    async decode(bytes) {
      const { format, width, height } = readHeader(bytes, maxPixels);
      const codec = kept[format] ?? (await create[format]());
      // Whoever decodes owns the instance and gives it back only after success: one that has trapped is never met again.
      delete kept[format];
      const pixels = attempt(() => codec.decode(bytes));
      if (codec.memoryBytes() <= KEEP_BYTES) kept[format] = codec;
      if (pixels.width * pixels.height !== width * height) throw damaged('its size contradicts its header');
      return pixels;
    },
  };
}

function attempt(decode: () => Pixels): Pixels {
  try {
    return decode();
  } catch (cause) {
    throw damaged('its data is damaged or cut off', cause);
  }
}

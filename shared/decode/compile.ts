/** @file A decoder of all formats, for platforms that allow the compilation of WebAssembly at run time (Node, browsers). */
import { avifDecoder } from './avif/decoder.ts';
import { createDecoder, type Decoder } from './decoder.ts';
import { gifDecoder } from './gif/decoder.ts';
import { jpegDecoder } from './jpeg/decoder.ts';
import { pngDecoder } from './png/decoder.ts';
import { webpDecoder } from './webp/decoder.ts';

/**
 * Compiles the decoders of all formats.
 * @param read returns the bytes of the file that a module specifier names
 */
export async function compileDecoder(
  read: (specifier: string) => Promise<Uint8Array<ArrayBuffer>>,
): Promise<Decoder> {
  const compile = async (specifier: string) => WebAssembly.compile(await read(specifier));
  const [jpeg, png, webp, avif] = await Promise.all([
    compile('@cwasm/jpeg-turbo/jpeg-turbo.wasm'),
    compile('@jsquash/png/codec/pkg/squoosh_png_bg.wasm'),
    compile('@jsquash/webp/codec/dec/webp_dec.wasm'),
    compile('@jsquash/avif/codec/dec/avif_dec.wasm'),
  ]);
  return createDecoder({
    jpeg: jpegDecoder(jpeg),
    png: pngDecoder(png),
    webp: webpDecoder(webp),
    avif: avifDecoder(avif),
    gif: gifDecoder,
  });
}

/** @file A decoder of all formats, for platforms that allow the compilation of WebAssembly at run time (Node, browsers). */
import { avifDecoder } from './avif/decoder.ts';
import { createDecoder, type EstimatingDecoder } from './decoder.ts';
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
): Promise<EstimatingDecoder> {
  const compile = async (specifier: string) => WebAssembly.compile(await read(specifier));
  const [jpeg, reducedJpeg, png, webp, avif] = await Promise.all([
    compile('#shared/decode/build/jpeg.wasm'),
    compile('#shared/decode/jpeg/reduced/build/reduced.wasm'),
    compile('#shared/decode/png/build/png.wasm'),
    compile('#shared/decode/build/webp.wasm'),
    compile('#shared/decode/build/avif.wasm'),
  ]);
  return createDecoder({
    jpeg: jpegDecoder(jpeg, reducedJpeg),
    png: pngDecoder(png),
    webp: webpDecoder(webp),
    avif: avifDecoder(avif),
    gif: gifDecoder,
  });
}

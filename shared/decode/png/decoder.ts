/** @file The decoder of PNG files. */
import type { EstimatingDecoder } from '../decoder.ts';
import { fileDecoder } from '../file-decoder.ts';
import { pngCodec } from './codec.ts';
import { readPngHeader } from './header.ts';

/** @param module compiled build/png.wasm */
export const pngDecoder = (module: WebAssembly.Module): EstimatingDecoder =>
  fileDecoder({
    name: 'png',
    readHeader: readPngHeader,
    decode: pngCodec(module),
    // Filters are reversed byte by byte. Small blocks with codes of their own take the most time for each byte of the file.
    cost: ({ channels, depth }) => ({ pixel: 10 + (9 * channels * depth) / 8, byte: 30 }),
    orientations: (header) => [header.orientation],
  });

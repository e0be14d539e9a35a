/** @file The image decoders in a browser. The code for a format is fetched with the first file of that format. */
import type { Decoder } from '#shared/decode/decoder.ts';
import { formatOf, type ImageFormat } from '#shared/decode/format.ts';

/** Loaded decoders. A decoder that could not be fetched is not cached, so that the next file tries again. */
const cache = new Map<ImageFormat, Decoder>();

const LOADERS: Record<ImageFormat, () => Promise<Decoder>> = {
  jpeg: async () => (await import('./decoders/jpeg.ts')).open(),
  png: async () => (await import('./decoders/png.ts')).open(),
  webp: async () => (await import('./decoders/webp.ts')).open(),
  avif: async () => (await import('./decoders/avif.ts')).open(),
  gif: async () => (await import('#shared/decode/gif/decoder.ts')).gifDecoder,
};

export const decoder: Decoder = {
  async decode(bytes, use, options) {
    const format = formatOf(bytes);
    const decoder = cache.get(format) ?? (await LOADERS[format]());
    cache.set(format, decoder);
    return decoder.decode(bytes, use, options);
  },
};

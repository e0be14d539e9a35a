/** @file The Worker's decoders in a browser, each fetched with the first file of its format. */
import type { Decoder } from '#shared/decode/decoder.ts';
import { formatOf, type ImageFormat } from '#shared/decode/format.ts';

/** Held once it is there; one that could not be fetched is tried again with the next file. */
const held = new Map<ImageFormat, Decoder>();

const LOADERS: Record<ImageFormat, () => Promise<Decoder>> = {
  jpeg: async () => (await import('./decoders/jpeg.ts')).open(),
  png: async () => (await import('./decoders/png.ts')).open(),
  webp: async () => (await import('./decoders/webp.ts')).open(),
  avif: async () => (await import('./decoders/avif.ts')).open(),
  gif: async () => (await import('#shared/decode/gif/decoder.ts')).gifDecoder,
};

export const decoder: Decoder = {
  async decode(bytes) {
    const format = formatOf(bytes);
    const decoder = held.get(format) ?? (await LOADERS[format]());
    held.set(format, decoder);
    return decoder.decode(bytes);
  },
};

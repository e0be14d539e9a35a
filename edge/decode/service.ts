/** @file Decodes images in another Worker (worker.ts), through a service binding. */
import { env } from 'cloudflare:workers';
import type { Decoder } from '#shared/decode/decoder.ts';
import { FORMAT_NAMES } from '#shared/decode/format.ts';
import { ImageError } from '#shared/decode/image-error.ts';
import type { default as DecodeWorker, RemoteFormat } from './worker.ts';

export function serviceDecoder(format: RemoteFormat): Decoder {
  return {
    async decode(bytes) {
      const { DECODE } = env as { DECODE?: Service<DecodeWorker> };
      if (!DECODE) {
        throw new ImageError('unsupported', {
          what: `this deployment has no decoder for ${FORMAT_NAMES[format]} images`,
          next: 'Convert the image to JPEG or PNG.',
        });
      }
      // A call between Workers copies the whole buffer of a view, such as the whole form that a file came in.
      const isView = bytes.byteLength < bytes.buffer.byteLength;
      const { pixels, refusal } = await DECODE.decode(format, isView ? bytes.slice() : bytes);
      if (pixels) return pixels;
      throw new ImageError(refusal.fault, { what: refusal.message }, refusal.size);
    },
  };
}

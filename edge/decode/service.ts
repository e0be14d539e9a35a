/** @file Decodes images in another Worker (worker.ts), through a service binding. */
import { env } from 'cloudflare:workers';
import type { EstimatingDecoder } from '#shared/decode/decoder.ts';
import { FORMAT_NAMES } from '#shared/decode/format.ts';
import { damaged, ImageError } from '#shared/decode/image-error.ts';
import type { PreparedPhoto } from '#shared/input/garment/photo.ts';
import type { PictureInput } from '#shared/input/preprocessing.ts';
import { log } from '../telemetry/log.ts';
import type { DecodeRefusal, default as DecodeWorker, RemoteFormat } from './worker.ts';

export interface ServiceDecoder extends EstimatingDecoder {
  /**
   * Decodes an image and prepares it for the network, both in the other Worker.
   * @returns undefined when that Worker cannot prepare a picture for this input, because it has another version
   * @throws ImageError
   */
  prepare(bytes: Uint8Array, input: PictureInput): Promise<PreparedPhoto | undefined>;
}

export function serviceDecoder(format: RemoteFormat): ServiceDecoder {
  return {
    // Of a file that ends the other Worker, decoding says so.
    cost: async (bytes) =>
      binding()
        ?.cost(format, withOwnBuffer(bytes))
        .catch(() => 0) ?? 0,
    async decode(bytes, use) {
      const { pixels, refusal } = await service(format).decode(format, withOwnBuffer(bytes)).catch(failed);
      if (pixels) return use(pixels);
      throw toImageError(refusal);
    },
    async prepare(bytes, input) {
      const { photo, refusal } = await service(format)
        .prepare(format, withOwnBuffer(bytes), input)
        .catch(failed);
      if (refusal) throw toImageError(refusal);
      return photo;
    },
  };
}

const binding = () => (env as { DECODE?: Service<DecodeWorker> }).DECODE;

/** @throws ImageError when this deployment has no such Worker */
function service(format: RemoteFormat): Service<DecodeWorker> {
  const worker = binding();
  if (worker) return worker;
  throw new ImageError('unsupported', {
    what: `this deployment has no decoder for ${FORMAT_NAMES[format]} images`,
    next: 'Convert the image to JPEG or PNG.',
  });
}

/** The other Worker returns what it refuses. It throws when a file makes it exceed its memory or CPU time, or shows a bug. @throws ImageError */
function failed(cause: unknown): never {
  log('warn', "the decoders' Worker fails", { error: String(cause) });
  throw damaged('the decoder has failed', cause);
}

/** A call between Workers copies the whole buffer of a view, such as the whole form that a file came in. */
function withOwnBuffer(bytes: Uint8Array): Uint8Array {
  return bytes.byteLength < bytes.buffer.byteLength ? bytes.slice() : bytes;
}

function toImageError({ fault, message, size }: DecodeRefusal): ImageError {
  return new ImageError(fault, { what: message }, size);
}

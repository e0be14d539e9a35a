/**
 * @file The large decoders as a Worker of its own, behind a service binding: their 1.3 MB cost a cold start only to those who send such
 * files, and what a hostile one does to memory, it does here.
 */
import { WorkerEntrypoint } from 'cloudflare:workers';
import avifWasm from '@jsquash/avif/codec/dec/avif_dec.wasm?module';
import webpWasm from '@jsquash/webp/codec/dec/webp_dec.wasm?module';
import { avifDecoder } from '#shared/decode/avif/decoder.ts';
import { ImageError } from '#shared/decode/image-error.ts';
import type { Pixels } from '#shared/decode/pixels.ts';
import { webpDecoder } from '#shared/decode/webp/decoder.ts';

const DECODERS = { webp: webpDecoder(webpWasm), avif: avifDecoder(avifWasm) };

export type RemoteFormat = keyof typeof DECODERS;

/** An ImageError as data: between Workers an error loses its class. */
interface Refusal {
  fault: ImageError['fault'];
  message: string;
  size: { limit: number; actual: number } | undefined;
}

export type Decoded = { pixels: Pixels; refusal?: never } | { pixels?: never; refusal: Refusal };

export default class DecodeWorker extends WorkerEntrypoint {
  async decode(format: RemoteFormat, bytes: Uint8Array): Promise<Decoded> {
    try {
      return { pixels: await DECODERS[format].decode(bytes) };
    } catch (error) {
      if (!(error instanceof ImageError)) throw error;
      const { fault, message, limit, actual } = error;
      const size = limit === undefined || actual === undefined ? undefined : { limit, actual };
      return { refusal: { fault, message, size } };
    }
  }
}

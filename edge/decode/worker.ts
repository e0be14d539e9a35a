/**
 * @file The large decoders as a Worker of its own, behind a service binding. Their 1.3 MB add to the cold start only of requests
 * with such files, and a hostile file exhausts only this Worker's memory.
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

/** An ImageError as plain data, because errors lose their class between Workers. */
interface DecodeRefusal {
  fault: ImageError['fault'];
  message: string;
  size: { limit: number; actual: number } | undefined;
}

/** A new version of one Worker can call an old version of the other, so these members must not change. */
export type DecodeResult = { pixels: Pixels; refusal?: never } | { pixels?: never; refusal: DecodeRefusal };

export default class DecodeWorker extends WorkerEntrypoint {
  async decode(format: RemoteFormat, bytes: Uint8Array): Promise<DecodeResult> {
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

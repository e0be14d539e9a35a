/**
 * @file The large and the rarely used decoders as a Worker of its own, behind a service binding. Their 1.3 MB add to the cold start
 * only of requests with such files, and a hostile file exhausts only this Worker's memory.
 */
import { WorkerEntrypoint } from 'cloudflare:workers';
import { avifDecoder } from '#shared/decode/avif/decoder.ts';
import avifWasm from '#shared/decode/build/avif.wasm?module';
import webpWasm from '#shared/decode/build/webp.wasm?module';
import { gifDecoder } from '#shared/decode/gif/decoder.ts';
import { ImageError } from '#shared/decode/image-error.ts';
import { copyPixels, type Pixels } from '#shared/decode/pixels.ts';
import { webpDecoder } from '#shared/decode/webp/decoder.ts';
import kernels from '#shared/input/garment/build/photo.wasm?module';
import type { PreparedPhoto } from '#shared/input/garment/photo.ts';
import { GARMENT_INPUT, picturePreparation, VERSIONS } from '#shared/input/prepare.ts';
import type { PictureInput } from '#shared/input/preprocessing.ts';
import { ownTurn } from '../inference/own-turn.ts';

const DECODERS = { webp: webpDecoder(webpWasm), avif: avifDecoder(avifWasm), gif: gifDecoder };

const preparePicture = picturePreparation(kernels);

export type RemoteFormat = keyof typeof DECODERS;

/** An ImageError as plain data, because errors lose their class between Workers. */
export interface DecodeRefusal {
  fault: ImageError['fault'];
  message: string;
  size: { limit: number; actual: number } | undefined;
}

/** A new version of one Worker can call an old version of the other, so these members must not change. */
export type DecodeResult = { pixels: Pixels; refusal?: never } | { pixels?: never; refusal: DecodeRefusal };

/** Contains neither member when this Worker cannot prepare a picture for the input, because it has another version. */
export interface PrepareResult {
  photo?: PreparedPhoto;
  refusal?: DecodeRefusal;
}

export default class DecodeWorker extends WorkerEntrypoint {
  /** Estimates how many milliseconds of CPU time an image takes. */
  async cost(format: RemoteFormat, bytes: Uint8Array): Promise<number> {
    const cost = await DECODERS[format].cost(bytes);
    free(bytes);
    return cost;
  }

  /**
   * Decodes an image and prepares it for the network. The pixels, up to 24 MB, stay here: between Workers, they would be copied
   * several times.
   * @param wanted the network's input. An older API Worker sends its version of the photo pipeline for garments
   */
  async prepare(
    format: RemoteFormat,
    bytes: Uint8Array,
    wanted: PictureInput | number,
  ): Promise<PrepareResult> {
    const input = typeof wanted === 'number' ? garmentInput(wanted) : wanted;
    const { kind, version } = input.preprocessing;
    if (!VERSIONS[kind].includes(version)) return {};
    try {
      return { photo: await this.#decode(format, bytes, (pixels) => preparePicture(pixels, input)) };
    } catch (error) {
      return { refusal: toRefusal(error) };
    }
  }

  /** Decodes an image for an API Worker of another version. */
  async decode(format: RemoteFormat, bytes: Uint8Array): Promise<DecodeResult> {
    try {
      return { pixels: await this.#decode(format, bytes, copyPixels) };
    } catch (error) {
      return { refusal: toRefusal(error) };
    }
  }

  async #decode<T>(format: RemoteFormat, bytes: Uint8Array, use: (pixels: Pixels) => T): Promise<T> {
    try {
      return await DECODERS[format].decode(bytes, use, { turn: ownTurn });
    } finally {
      free(bytes);
    }
  }
}

/** Frees the copy of a file that a call has made, without waiting for V8 to collect it. */
function free({ buffer }: Uint8Array): void {
  (buffer as ArrayBuffer).transfer(0);
}

const garmentInput = (version: number): PictureInput => ({
  ...GARMENT_INPUT,
  preprocessing: { kind: 'garment', version },
});

/** @throws unexpected errors */
function toRefusal(error: unknown): DecodeRefusal {
  if (!(error instanceof ImageError)) throw error;
  const { fault, message, limit, actual } = error;
  const size = limit === undefined || actual === undefined ? undefined : { limit, actual };
  return { fault, message, size };
}

/** @file Pixels on the GPU: the data set, brought there when the first batch of a split comes and kept; behind it those of the batches of one submission. */
import type { Split } from '../../dataset/split.ts';
import { GrowingBuffer } from './buffer.ts';

export class Pixels {
  readonly words: GrowingBuffer;
  /** Words up to a split's first image, by the memory that its pixels are in and where they are there: parts of one data set are made anew. */
  readonly #places = new WeakMap<ArrayBufferLike, Map<string, number>>();
  #resident = 0;

  constructor(device: GPUDevice) {
    this.words = new GrowingBuffer(device, 'pixels');
  }

  /** Words up to the first image of a split. */
  placeOf({ images, count }: Split): number {
    const places = this.#places.get(images.buffer) ?? new Map<string, number>();
    this.#places.set(images.buffer, places);
    const part = `${images.byteOffset}, ${images.length}`;
    const known = places.get(part);
    if (known !== undefined) return known;
    const place = this.#resident;
    const words = packed(images, images.length / count);
    this.words.write(4 * place, words);
    this.#resident += words.length / 4;
    places.set(part, place);
    return place;
  }

  /** Puts images, each from a word on, where the submissions so far had theirs; words up to the first. */
  upload(images: Uint8Array<ArrayBuffer>): number {
    this.words.write(4 * this.#resident, images);
    return this.#resident;
  }
}

/** Words of an image of so many pixels. */
export const wordsOf = (pixels: number): number => Math.ceil(pixels / 4);

/** Images that each begin on a word. */
function packed(images: Uint8Array, pixels: number): Uint8Array<ArrayBuffer> {
  const bytes = 4 * wordsOf(pixels);
  const count = images.length / pixels;
  const words = new Uint8Array(count * bytes);
  if (bytes === pixels) words.set(images);
  else for (let n = 0; n < count; n++) words.set(images.subarray(n * pixels, (n + 1) * pixels), n * bytes);
  return words;
}

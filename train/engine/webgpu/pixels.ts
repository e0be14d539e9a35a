/**
 * @file The pixels on the GPU. A split is uploaded with its first batch and stays there. Behind the splits lie the pixels and targets that
 * the batches of one submission upload.
 */
import type { Split } from '../../dataset/split.ts';
import { GrowingBuffer } from './buffer.ts';

export class Pixels {
  readonly buffer: GrowingBuffer;
  /**
   * Places of the uploaded splits, by their ArrayBuffer and then by their range in it. The split objects themselves are no keys: `take`
   * and `holdOut` make new ones over the same pixels.
   */
  readonly #places = new WeakMap<ArrayBufferLike, Map<string, number>>();
  /** Words of all uploaded splits. */
  #splitWords = 0;

  constructor(device: GPUDevice) {
    this.buffer = new GrowingBuffer(device, 'pixels');
  }

  /** Returns the place of a split's first image, in words. Uploads the split if it is not on the GPU yet. */
  placeOf({ images, count }: Pick<Split, 'images' | 'count'>): number {
    const places = this.#places.get(images.buffer) ?? new Map<string, number>();
    this.#places.set(images.buffer, places);
    const range = `${images.byteOffset}, ${images.length}`;
    const known = places.get(range);
    if (known !== undefined) return known;
    const place = this.#splitWords;
    const words = packed(images, images.length / count);
    this.buffer.write(4 * place, words);
    this.#splitWords += words.length / 4;
    places.set(range, place);
    return place;
  }

  /**
   * Uploads rows of values behind the splits, over those of earlier submissions.
   * @param rows images or targets, each aligned to a word
   * @returns the place of the first row, in words
   */
  upload(rows: Uint8Array<ArrayBuffer>): number {
    this.buffer.write(4 * this.#splitWords, rows);
    return this.#splitWords;
  }
}

/** Returns the 32-bit words of an image. */
export const wordsOf = (pixels: number): number => Math.ceil(pixels / 4);

/** Returns the images with each one aligned to a word. */
function packed(images: Uint8Array, pixels: number): Uint8Array<ArrayBuffer> {
  const bytes = 4 * wordsOf(pixels);
  const count = images.length / pixels;
  const words = new Uint8Array(count * bytes);
  if (bytes === pixels) words.set(images);
  else for (let n = 0; n < count; n++) words.set(images.subarray(n * pixels, (n + 1) * pixels), n * bytes);
  return words;
}

/**
 * @file Collects the images and targets of the queued batches for the GPU. An image of a split that is on the GPU is uploaded as its place
 * there, any other image as pixels.
 */
import { type Network, sizeOf } from '#shared/model/spec.ts';
import { type Batch, targetsOf } from '../../dataset/batch.ts';
import type { GrowingBuffer } from './buffer.ts';
import { type Pixels, wordsOf } from './pixels.ts';

export class Examples {
  readonly #pixels: Pixels;
  /** Pixels of an image. */
  readonly #size: number;
  /** 32-bit words of an image. */
  readonly #words: number;
  readonly #classes: number;
  /** Words of an example: the place of its pixels, and its targets. */
  readonly #stride: number;
  /** The queued examples. */
  #examples = new Uint32Array(1);
  #count = 0;
  /** Images to upload, each aligned to a word. */
  #images = new Uint8Array(4);
  /** Indices of the examples whose images are uploaded. */
  #uploaded: number[] = [];

  constructor(pixels: Pixels, { input, output }: Network) {
    this.#pixels = pixels;
    this.#size = sizeOf(input);
    this.#words = wordsOf(this.#size);
    this.#classes = sizeOf(output);
    this.#stride = 1 + this.#classes;
  }

  /**
   * Queues a batch. Its images and targets are copied, so the caller may reuse their memory.
   * @returns the index of its first example, and the number of examples
   */
  add(batch: Batch): { example: number; count: number } {
    const { labels, source } = batch;
    // Reading `images` of a batch with a source would gather its pixels.
    const images = source ? new Uint8Array() : batch.images;
    const targets = bitsOf(targetsOf(batch, this.#classes));
    const [example, count] = [this.#count, labels.length];
    this.#count += count;
    this.#examples = grown(this.#examples, this.#stride * this.#count);
    const first = source ? this.#pixels.placeOf(source.split) : 0;
    for (let n = 0; n < count; n++) {
      const at = this.#stride * (example + n);
      this.#examples.set(targets.subarray(n * this.#classes, (n + 1) * this.#classes), at + 1);
      if (source) this.#examples[at] = first + source.indices[n] * this.#words;
      else this.#upload(images.subarray(n * this.#size, (n + 1) * this.#size), example + n);
    }
    return { example, count };
  }

  #upload(image: Uint8Array, example: number): void {
    const at = 4 * this.#words * this.#uploaded.length;
    this.#images = grown(this.#images, at + 4 * this.#words);
    this.#images.set(image, at);
    this.#uploaded.push(example);
  }

  /** Writes all queued examples to the GPU and empties the queue. */
  write(examples: GrowingBuffer): void {
    const bytes = 4 * this.#words * this.#uploaded.length;
    const first = this.#pixels.upload(this.#images.subarray(0, bytes));
    for (const [i, example] of this.#uploaded.entries())
      this.#examples[this.#stride * example] = first + i * this.#words;
    examples.write(0, this.#examples.subarray(0, this.#stride * this.#count));
    [this.#count, this.#uploaded] = [0, []];
  }
}

/** Returns the bits of float32 values, as a view. */
const bitsOf = ({ buffer, byteOffset, length }: Float32Array) => new Uint32Array(buffer, byteOffset, length);

/** Returns `values`, or a larger copy of them, with room for `length` values. */
function grown<T extends Uint8Array | Uint32Array>(values: T, length: number): T {
  if (values.length >= length) return values;
  const larger = new (values.constructor as new (length: number) => T)(2 ** Math.ceil(Math.log2(length)));
  larger.set(values);
  return larger;
}

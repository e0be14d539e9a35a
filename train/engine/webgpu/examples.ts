/**
 * @file Collects the images and targets of the queued batches for the GPU. An image of a split that is on the GPU is uploaded as its place
 * there, any other image as pixels. A label is the place of its row in an identity matrix on the GPU; targets are uploaded.
 */
import { type Network, sizeOf } from '#shared/model/spec.ts';
import { type Batch, oneHot } from '../../dataset/batch.ts';
import type { GrowingBuffer } from './buffer.ts';
import { type Pixels, wordsOf } from './pixels.ts';

export class Examples {
  readonly #pixels: Pixels;
  /** Pixels of an image. */
  readonly #size: number;
  /** 32-bit words of an image. */
  readonly #words: number;
  readonly #classes: number;
  /** The one-hot targets of each label, [classes, classes], kept on the GPU like the images of a split. */
  readonly #identity: { images: Uint8Array; count: number };
  /** Place of the pixels and of the targets of each queued example. For rows to upload it is the offset in `#rows`, in words. */
  #pairs = new Uint32Array(2);
  #count = 0;
  /** Images and targets to upload, each aligned to a word. */
  #rows = new Uint8Array(4);
  #rowWords = 0;
  /** Indices of the places in `#pairs` whose rows are uploaded. */
  #uploaded: number[] = [];

  constructor(pixels: Pixels, { input, output }: Network) {
    this.#pixels = pixels;
    this.#size = sizeOf(input);
    this.#words = wordsOf(this.#size);
    this.#classes = sizeOf(output);
    const labels = Uint16Array.from({ length: this.#classes }, (_, label) => label);
    this.#identity = { images: bytesOf(oneHot(labels, this.#classes)), count: this.#classes };
  }

  /**
   * Queues a batch. Its images and targets are copied, so the caller may reuse their memory.
   * @returns the index of its first example, and the number of examples
   */
  add(batch: Batch): { example: number; count: number } {
    const { labels, source } = batch;
    // Reading `images` of a batch with a source would gather its pixels.
    const images = source ? new Uint8Array() : batch.images;
    const targets = batch.targets && bytesOf(batch.targets);
    const [example, count, classes] = [this.#count, labels.length, this.#classes];
    this.#count += count;
    this.#pairs = grown(this.#pairs, 2 * this.#count);
    const first = source ? this.#pixels.placeOf(source.split) : 0;
    const identity = targets ? 0 : this.#pixels.placeOf(this.#identity);
    for (let n = 0; n < count; n++) {
      const pair = 2 * (example + n);
      if (source) this.#pairs[pair] = first + source.indices[n] * this.#words;
      else this.#upload(images.subarray(n * this.#size, (n + 1) * this.#size), pair);
      if (targets) this.#upload(targets.subarray(4 * n * classes, 4 * (n + 1) * classes), pair + 1);
      else this.#pairs[pair + 1] = identity + labels[n] * classes;
    }
    return { example, count };
  }

  /** Queues a row of values for upload. `place` is the index of its place in `#pairs`. */
  #upload(row: Uint8Array, place: number): void {
    const at = this.#rowWords;
    this.#rowWords += wordsOf(row.length);
    this.#rows = grown(this.#rows, 4 * this.#rowWords);
    this.#rows.set(row, 4 * at);
    this.#pairs[place] = at;
    this.#uploaded.push(place);
  }

  /** Writes all queued examples to the GPU and empties the queue. */
  write(examples: GrowingBuffer): void {
    const first = this.#pixels.upload(this.#rows.subarray(0, 4 * this.#rowWords));
    for (const place of this.#uploaded) this.#pairs[place] += first;
    examples.write(0, this.#pairs.subarray(0, 2 * this.#count));
    [this.#count, this.#rowWords, this.#uploaded] = [0, 0, []];
  }
}

/** Returns the bytes of float32 values, as a view. */
const bytesOf = ({ buffer, byteOffset, byteLength }: Float32Array) =>
  new Uint8Array(buffer, byteOffset, byteLength);

/** Returns `values`, or a larger copy of them, with room for `length` values. */
function grown<T extends Uint8Array | Uint32Array>(values: T, length: number): T {
  if (values.length >= length) return values;
  const larger = new (values.constructor as new (length: number) => T)(2 ** Math.ceil(Math.log2(length)));
  larger.set(values);
  return larger;
}

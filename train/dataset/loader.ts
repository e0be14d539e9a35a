/** @file Batches of a split, in the order in which PyTorch's DataLoader yields them. */
import { Generator } from '../random.ts';
import type { Batch } from './batch.ts';
import type { Split } from './split.ts';

export interface LoaderOptions {
  batchSize: number;
  /** Draws a new order for each epoch. */
  shuffle: boolean;
  /** With `shuffle`: draws as many images of each class, whatever their shares in the split. An epoch has as many images as without. */
  balance?: boolean | undefined;
  /** Takes the place of PyTorch's default generator. */
  generator: Generator;
}

export class Loader {
  readonly split: Split;
  readonly batchSize: number;
  readonly #shuffle: boolean;
  readonly #balance: boolean;
  readonly #generator: Generator;

  constructor(split: Split, { batchSize, shuffle, balance = false, generator }: LoaderOptions) {
    this.split = split;
    this.batchSize = batchSize;
    this.#shuffle = shuffle;
    this.#balance = balance;
    this.#generator = generator;
  }

  /** Number of batches in an epoch. The last one may be smaller. */
  get length(): number {
    return Math.ceil(this.split.count / this.batchSize);
  }

  #draw(generator: Generator): Uint32Array {
    return this.#balance ? drawBalanced(this.split, generator) : generator.permutation(this.split.count);
  }

  /**
   * Yields the batches of one epoch. The draws are those of PyTorch (torch/utils/data/dataloader.py, sampler.py): each DataLoader
   * iterator draws a base seed for its workers, shuffled or not, and a shuffling sampler then draws the seed of its own generator.
   * @param from index of the first batch to yield
   */
  *epoch(from = 0) {
    this.#generator.randomInt64();
    const order = this.#shuffle ? this.#draw(Generator.seeded(this.#generator.randomInt64())) : undefined;
    for (let first = from * this.batchSize; first < this.split.count; first += this.batchSize) {
      const size = Math.min(this.batchSize, this.split.count - first);
      yield order ? gather(this.split, order.subarray(first, first + size)) : slice(this.split, first, size);
    }
  }
}

/** Returns the indices of `count` images, in which each label occurs equally often, give or take one. */
function drawBalanced({ labels, count }: Split, generator: Generator): Uint32Array {
  const classes = [...Map.groupBy(labels.keys(), (index) => labels[index]).values()];
  // The classes that get one image more than others change from epoch to epoch.
  const turns = generator.permutation(classes.length);
  const drawn = new Uint32Array(count);
  for (const [turn, k] of turns.entries()) {
    const own = classes[k];
    let order: Uint32Array = new Uint32Array();
    for (let n = 0, to = turn; to < count; n++, to += classes.length) {
      if (n % own.length === 0) order = generator.permutation(own.length);
      drawn[to] = own[order[n % own.length]];
    }
  }
  return generator.permutation(count).map((place) => drawn[place]);
}

function slice({ images, labels, targets, count }: Split, first: number, size: number): Batch {
  const rows = <T extends Uint8Array | Float32Array>(values: T) => {
    const length = values.length / count;
    return values.subarray(first * length, (first + size) * length) as T;
  };
  return {
    images: rows(images),
    labels: labels.subarray(first, first + size),
    ...(targets && { targets: rows(targets) }),
  };
}

/** Returns the images at `indices`. The pixels are copied when `images` is first read. */
export function gather(split: Split, indices: Uint32Array): Batch {
  let images: Uint8Array | undefined;
  const { targets } = split;
  const sizeOf = (values: Uint8Array | Float32Array) => (indices.length * values.length) / split.count;
  return {
    get images() {
      images ??= gatherRows(split.images, indices, new Uint8Array(sizeOf(split.images)));
      return images;
    },
    labels: Uint16Array.from(indices, (index) => split.labels[index]),
    ...(targets && { targets: gatherRows(targets, indices, new Float32Array(sizeOf(targets))) }),
    source: { split, indices },
  };
}

/** Copies the rows of `values` at `indices` to `gathered`, which has room for exactly these. */
function gatherRows<T extends Uint8Array | Float32Array>(values: T, indices: Uint32Array, gathered: T): T {
  const length = gathered.length / indices.length;
  for (const [i, index] of indices.entries()) {
    gathered.set(values.subarray(index * length, (index + 1) * length), i * length);
  }
  return gathered;
}

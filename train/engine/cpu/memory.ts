/**
 * @file The shared memory of a cpu session. It holds, in this order: the job (the kernels' arguments), the operations, the parameters with
 * the optimizer's buffers, transformed filters, each thread's activations, and the batch with its results.
 */
import type { Choice } from '#shared/kernels/choose.ts';
import { SLICE } from '#shared/kernels/constants.ts';
import { createMemory, FIRST_ADDRESS, growMemory } from '#shared/kernels/kernels.ts';
import { type Layout, layOut, withFilters } from '#shared/kernels/layout.ts';
import { readParameters, writeParameters } from '#shared/kernels/parameters.ts';
import { JOB_BYTES, type JobFields, wordsOf, writeJob } from '#shared/kernels/plan.ts';
import { type Network, sizeOf, type Weights } from '#shared/model/spec.ts';
import { type Batch, oneHot } from '../../dataset/batch.ts';
import { bufferNames, type Optimizer, type OptimizerState } from '../optimizer.ts';

/** Every region begins at a multiple of these bytes. */
const ALIGNMENT = 64;

const align = (bytes: number): number => Math.ceil(bytes / ALIGNMENT) * ALIGNMENT;

/** Assigns addresses one after the other. */
class Allocator {
  #next: number;

  constructor(first: number) {
    this.#next = first;
  }

  /** Returns the address of the next `bytes` bytes. */
  take(bytes: number): number {
    const address = this.#next;
    this.#next = align(address + bytes);
    return address;
  }
}

export class SessionMemory {
  readonly memory: ReturnType<typeof createMemory>;
  /** Address of the job. */
  readonly job: number;
  readonly #layout: Layout;
  readonly #pixels: number;
  readonly #classes: number;
  /** Address of the parameters. */
  readonly #parameters: number;
  /** Addresses of the optimizer's buffers by name. */
  readonly #buffers: ReadonlyMap<string, number>;
  /** Address of the batch: everything from here on depends on the batch size. */
  readonly #images: number;
  /** Images for which there is room. */
  #capacity = 0;
  #targets = 0;
  #logits = 0;
  #losses = 0;

  constructor(network: Network, choices: Choice[], threads: number, optimizer: Optimizer) {
    const layout = layOut(network, choices);
    const names = bufferNames(optimizer);
    const imageBytes = align(layout.imageBytes);
    const threadBytes = SLICE * imageBytes + align(layout.scratchBytes);
    const words = layout.operations.flatMap(wordsOf).length;
    const allocator = new Allocator(FIRST_ADDRESS);
    this.job = allocator.take(JOB_BYTES);
    const operations = allocator.take(4 * words);
    this.#parameters = allocator.take((1 + names.length) * layout.parameterBytes);
    const filters = allocator.take(layout.filterBytes);
    const arena = allocator.take(threads * threadBytes);
    this.#images = allocator.take(0);
    this.memory = createMemory(this.#images);
    this.#layout = layout;
    this.#pixels = sizeOf(network.input);
    this.#classes = sizeOf(network.output);
    this.#buffers = new Map(
      names.map((name, i) => [name, this.#parameters + (i + 1) * layout.parameterBytes]),
    );
    const plan = withFilters(layout, filters).flatMap(wordsOf);
    new Int32Array(this.memory.buffer, operations, words).set(plan);
    const [firstBuffer = 0] = this.#buffers.values();
    const average = optimizer.averaging > 0 ? ([...this.#buffers.values()].at(-1) as number) : 0;
    // The average of the weights is not a buffer of the update rule.
    const buffers = firstBuffer === average ? 0 : firstBuffer;
    const { offset, shape, row, plane } = layout.input;
    this.writeJob({
      ...{ ops: operations, opCount: layout.operations.length, classes: this.#classes },
      ...{ arena, imageBytes, threadBytes },
      ...{ parameters: this.#parameters, parameterBytes: layout.parameterBytes, buffers, average },
      ...{ input: offset, channels: shape[0], height: shape[1], width: shape[2] },
      ...{ rowFloats: row, planeBytes: 4 * plane },
    });
  }

  /** Sets fields of the job. */
  writeJob(fields: JobFields): void {
    writeJob(this.memory.buffer, this.job, fields);
  }

  writeWeights(weights: Weights): void {
    writeParameters(this.#layout, this.memory.buffer, this.#parameters, weights);
  }

  /** Returns a copy of the weights. */
  readWeights(): Weights {
    return readParameters(this.#layout, this.memory.buffer, this.#parameters);
  }

  writeBuffers(values: OptimizerState['buffers']): void {
    for (const [name, address] of this.#buffers) {
      writeParameters(this.#layout, this.memory.buffer, address, values.get(name) as Weights);
    }
  }

  /** Returns a copy of the optimizer's buffers. */
  readBuffers(): OptimizerState['buffers'] {
    const read = (address: number) => readParameters(this.#layout, this.memory.buffer, address);
    return new Map([...this.#buffers].map(([name, address]) => [name, read(address)]));
  }

  /**
   * Copies the first `count` images of `images` into the memory, which grows if there is no room for them.
   * @returns whether it has grown
   */
  writeImages(images: Uint8Array, count: number): boolean {
    const before = this.memory.buffer.byteLength;
    if (count > this.#capacity) this.#makeRoom(count);
    new Uint8Array(this.memory.buffer, this.#images).set(images.subarray(0, count * this.#pixels));
    this.writeJob({ batch: count });
    return this.memory.buffer.byteLength > before;
  }

  /** Writes the probabilities that a step learns, [batch, classes]. */
  writeTargets({ labels, targets }: Batch): void {
    const own = new Float32Array(this.memory.buffer, this.#targets, labels.length * this.#classes);
    if (targets) own.set(targets);
    else oneHot(labels, this.#classes, own);
  }

  /** The logits, [count, classes], as a view that is valid until the memory grows. */
  logits(count: number): Float32Array {
    return new Float32Array(this.memory.buffer, this.#logits, count * this.#classes);
  }

  /** The loss of each image, [count], as a view that is valid until the memory grows. */
  losses(count: number): Float64Array {
    return new Float64Array(this.memory.buffer, this.#losses, count);
  }

  /** Assigns the addresses that depend on the batch size, and grows the memory. */
  #makeRoom(count: number): void {
    const allocator = new Allocator(this.#images);
    allocator.take(count * this.#pixels);
    this.#targets = allocator.take(4 * count * this.#classes);
    this.#logits = allocator.take(4 * count * this.#classes);
    this.#losses = allocator.take(8 * count);
    const gradientBytes = Math.ceil(count / SLICE) * this.#layout.parameterBytes;
    const gradients = allocator.take(gradientBytes);
    growMemory(this.memory, gradients + gradientBytes);
    // The kernels write no gradient in the gaps between parameters, so old values there would be taken for gradients.
    new Uint8Array(this.memory.buffer, gradients, gradientBytes).fill(0);
    this.#capacity = count;
    this.writeJob({
      ...{ images: this.#images, targets: this.#targets },
      ...{ logits: this.#logits, losses: this.#losses, gradients },
    });
  }
}

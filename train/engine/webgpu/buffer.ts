/** @file A buffer on the GPU that grows when more must go in, by doubling: what trains for days makes no more of them than what trains for a minute. */
/// <reference types="@webgpu/types" />
import { ExplainedError } from '#shared/errors.ts';

export class GrowingBuffer {
  readonly #device: GPUDevice;
  readonly #label: string;
  readonly #usage: GPUBufferUsageFlags;
  #buffer: GPUBuffer | undefined;

  /** @param usage for kernels to read and write unless given */
  constructor(
    device: GPUDevice,
    label: string,
    usage = GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC | GPUBufferUsage.COPY_DST,
  ) {
    this.#device = device;
    this.#label = label;
    this.#usage = usage;
  }

  /** Room for something, if there has been none yet. */
  get buffer(): GPUBuffer {
    return this.#buffer ?? this.reserve(4);
  }

  /**
   * Makes room for so many bytes, zero where they are new. What can be copied from it stays in it.
   * @throws ExplainedError of kind `device` when the GPU binds no buffer of that size
   */
  reserve(bytes: number): GPUBuffer {
    const old = this.#buffer;
    if (old && old.size >= bytes) return old;
    const { maxStorageBufferBindingSize, maxBufferSize } = this.#device.limits;
    const most = Math.min(maxStorageBufferBindingSize, maxBufferSize);
    if (bytes > most) {
      throw new ExplainedError({
        kind: 'device',
        what: `the GPU cannot hold the ${this.#label}`,
        expected: `${most} bytes or fewer`,
        got: `${bytes} bytes`,
        next: 'Use a smaller --batch-size, or train fewer models at once.',
      });
    }
    const size = Math.min(most, 2 ** Math.ceil(Math.log2(Math.max(bytes, 256))));
    const buffer = this.#device.createBuffer({ label: this.#label, size, usage: this.#usage });
    if (old && this.#usage & GPUBufferUsage.COPY_SRC) {
      const encoder = this.#device.createCommandEncoder();
      encoder.copyBufferToBuffer(old, 0, buffer, 0, old.size);
      this.#device.queue.submit([encoder.finish()]);
    }
    // What has been submitted still finds it.
    old?.destroy();
    this.#buffer = buffer;
    return buffer;
  }

  /** Puts values at an offset in bytes. */
  write(offset: number, values: ArrayBufferView<ArrayBuffer>): void {
    if (values.byteLength > 0)
      this.#device.queue.writeBuffer(this.reserve(offset + values.byteLength), offset, values);
  }

  /** Gives the memory back until it is reserved again. */
  free(): void {
    this.#buffer?.destroy();
    this.#buffer = undefined;
  }
}

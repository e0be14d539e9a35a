/**
 * @file A GPU buffer that grows by doubling. It is replaced only when it is too small, so a long training creates as many buffers as a
 * short one.
 */
/// <reference types="@webgpu/types" />
import { ExplainedError } from '#shared/errors.ts';

export class GrowingBuffer {
  readonly #device: GPUDevice;
  readonly #label: string;
  readonly #usage: GPUBufferUsageFlags;
  #buffer: GPUBuffer | undefined;

  /** @param usage by default, kernels can read and write the buffer, and it can be copied */
  constructor(
    device: GPUDevice,
    label: string,
    usage = GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC | GPUBufferUsage.COPY_DST,
  ) {
    this.#device = device;
    this.#label = label;
    this.#usage = usage;
  }

  /** The present buffer. It is created on first use. */
  get buffer(): GPUBuffer {
    return this.#buffer ?? this.reserve(4);
  }

  /**
   * Grows the buffer to at least `bytes`. New bytes are zero. The old content is kept if the buffer can be copied from.
   * @throws ExplainedError of kind `device` when the GPU supports no buffer of that size
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
        expected: `at most ${most} bytes`,
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
    // Submissions that use the old buffer still complete.
    old?.destroy();
    this.#buffer = buffer;
    return buffer;
  }

  /** Writes values at an offset in bytes, and grows the buffer as needed. */
  write(offset: number, values: ArrayBufferView<ArrayBuffer>): void {
    if (values.byteLength > 0)
      this.#device.queue.writeBuffer(this.reserve(offset + values.byteLength), offset, values);
  }

  /** Frees the memory. The next `reserve` or `write` allocates it again. */
  free(): void {
    this.#buffer?.destroy();
    this.#buffer = undefined;
  }
}

/** @file The GPU memory of a group of replicas: all buffers that its kernels read and write, in one bind group. */
/// <reference types="@webgpu/types" />
import { GrowingBuffer } from './buffer.ts';
import { RECORD } from './kernels/common.wgsl.ts';
import type { Stages } from './stages.ts';

export const RECORD_BYTES = 4 * RECORD.words;
/** WebGPU's default alignment of a dynamic offset, in bytes. */
const OFFSET_ALIGNMENT = 256;

/** Bindings in the order of kernels/common.wgsl.ts. Those from FIRST_WRITABLE on are `read_write`. */
const BINDINGS = 6;
const FIRST_WRITABLE = 3;

/** Creates the bind group layout of all kernels. The first binding has a dynamic offset, which selects the records of a step. */
export function bindGroupLayout(device: GPUDevice): GPUBindGroupLayout {
  return device.createBindGroupLayout({
    entries: Array.from({ length: BINDINGS }, (_, binding) => ({
      binding,
      visibility: GPUShaderStage.COMPUTE,
      buffer: {
        type: binding < FIRST_WRITABLE ? ('read-only-storage' as const) : ('storage' as const),
        hasDynamicOffset: binding === 0,
      },
    })),
  });
}

export class Memory {
  readonly #device: GPUDevice;
  readonly #layout: GPUBindGroupLayout;
  readonly #pixels: GrowingBuffer;
  /** Floats of an image's region. */
  readonly #region: number;
  /** Floats of a replica's parameters and optimizer buffers. */
  readonly replicaFloats: number;
  readonly steps: GrowingBuffer;
  readonly examples: GrowingBuffer;
  readonly parameters: GrowingBuffer;
  readonly arena: GrowingBuffer;
  readonly results: GrowingBuffer;
  /** Buffer that the CPU maps to read results. */
  readonly readback: GrowingBuffer;
  /** Replicas that there is room for. */
  #replicas = 0;
  /** Images of each replica that there is room for. */
  #images = 0;
  #bound: { buffers: GPUBuffer[]; group: GPUBindGroup } | undefined;

  /** @param buffers number of the optimizer's buffers */
  constructor(
    device: GPUDevice,
    layout: GPUBindGroupLayout,
    pixels: GrowingBuffer,
    stages: Stages,
    buffers: number,
  ) {
    this.#device = device;
    this.#layout = layout;
    this.#pixels = pixels;
    this.#region = stages.region;
    this.replicaFloats = (1 + buffers) * stages.parameters;
    const buffer = (label: string) => new GrowingBuffer(device, label);
    this.steps = buffer('records of the steps');
    this.examples = buffer('examples');
    this.parameters = buffer('parameters');
    this.arena = buffer('activations');
    this.results = buffer('losses and logits');
    this.readback = new GrowingBuffer(
      device,
      'values to read back',
      GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST,
    );
  }

  /** Bytes from the first record of one step to the first record of the next. */
  get recordStride(): number {
    return Math.ceil((this.#replicas * RECORD_BYTES) / OFFSET_ALIGNMENT) * OFFSET_ALIGNMENT;
  }

  /** Floats from the start of one replica's arena to the start of the next. */
  get arenaStride(): number {
    return this.#images * this.#region;
  }

  /**
   * Makes room for replicas with batches of `images` images.
   * @throws ExplainedError of kind `device` when the GPU supports no buffers of that size
   */
  reserve(replicas: number, images: number): void {
    if (replicas <= this.#replicas && images <= this.#images) return;
    const [most, mostImages] = [Math.max(replicas, this.#replicas), Math.max(images, this.#images)];
    this.parameters.reserve(4 * most * this.replicaFloats);
    // Gradients outside all pooling windows must be zero, and no kernel writes them. More images move the regions over old values, so the
    // arena is allocated again.
    if (mostImages > this.#images) this.arena.free();
    this.arena.reserve(4 * most * mostImages * this.#region);
    [this.#replicas, this.#images, this.#bound] = [most, mostImages, undefined];
  }

  /** Returns the bind group of the present buffers. */
  bindings(): GPUBindGroup {
    const { steps, examples, parameters, arena, results } = this;
    const all = [steps, examples, this.#pixels, parameters, arena, results];
    const buffers = all.map(({ buffer }) => buffer);
    if (!this.#bound || buffers.some((buffer, i) => buffer !== this.#bound?.buffers[i])) {
      const entries = buffers.map((buffer, binding) => ({
        binding,
        resource: { buffer, ...(binding === 0 && { size: this.recordStride }) },
      }));
      this.#bound = { buffers, group: this.#device.createBindGroup({ layout: this.#layout, entries }) };
    }
    return this.#bound.group;
  }

  free(): void {
    const { steps, examples, parameters, arena, results, readback } = this;
    for (const each of [steps, examples, parameters, arena, results, readback]) each.free();
    [this.#replicas, this.#images, this.#bound] = [0, 0, undefined];
  }
}

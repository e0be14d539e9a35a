/** @file Everything that the kernels of a group of replicas read and write, in the one bind group that they share. */
/// <reference types="@webgpu/types" />
import { GrowingBuffer } from './buffer.ts';
import { RECORD } from './kernels/common.wgsl.ts';
import type { Stages } from './stages.ts';

export const RECORD_BYTES = 4 * RECORD.words;
/** WebGPU's default for the alignment of a dynamic offset. */
const ROW_ALIGNMENT = 256;

/** Bindings in the order of kernels/common.wgsl.ts; `read_write` from the fourth on. */
const BINDINGS = 6;
const FIRST_WRITABLE = 3;

/** The same for every kernel: the first binding moves from step to step. */
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
  readonly #region: number;
  /** Floats of a replica's parameters with what the optimizer remembers. */
  readonly replica: number;
  readonly steps: GrowingBuffer;
  readonly examples: GrowingBuffer;
  readonly parameters: GrowingBuffer;
  readonly arena: GrowingBuffer;
  readonly results: GrowingBuffer;
  /** What is read on the CPU. */
  readonly back: GrowingBuffer;
  /** Replicas that there is room for, and images of each. */
  #replicas = 0;
  #images = 0;
  #bound: { buffers: GPUBuffer[]; group: GPUBindGroup } | undefined;

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
    this.replica = (1 + buffers) * stages.parameters;
    const buffer = (label: string) => new GrowingBuffer(device, label);
    this.steps = buffer('numbers of the steps');
    this.examples = buffer('examples');
    this.parameters = buffer('parameters');
    this.arena = buffer('activations');
    this.results = buffer('losses and logits');
    this.back = new GrowingBuffer(device, 'answers', GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST);
  }

  /** Bytes from the records of a step to those of the next. */
  get row(): number {
    return Math.ceil((this.#replicas * RECORD_BYTES) / ROW_ALIGNMENT) * ROW_ALIGNMENT;
  }

  /** Floats from one replica's arena to the next. */
  get arenaFloats(): number {
    return this.#images * this.#region;
  }

  /** Makes room for replicas with batches of so many images. */
  reserve(replicas: number, images: number): void {
    if (replicas <= this.#replicas && images <= this.#images) return;
    const [most, mostImages] = [Math.max(replicas, this.#replicas), Math.max(images, this.#images)];
    this.parameters.reserve(4 * most * this.replica);
    // No kernel writes what lies in no pooling window, and other regions lay there: it must be zero again.
    if (mostImages > this.#images) this.arena.free();
    this.arena.reserve(4 * most * mostImages * this.#region);
    [this.#replicas, this.#images, this.#bound] = [most, mostImages, undefined];
  }

  /** The bind group over the buffers as they are now. */
  bindings(): GPUBindGroup {
    const { steps, examples, parameters, arena, results } = this;
    const all = [steps, examples, this.#pixels, parameters, arena, results];
    const buffers = all.map(({ buffer }) => buffer);
    if (!this.#bound || buffers.some((buffer, i) => buffer !== this.#bound?.buffers[i])) {
      const entries = buffers.map((buffer, binding) => ({
        binding,
        resource: { buffer, ...(binding === 0 && { size: this.row }) },
      }));
      this.#bound = { buffers, group: this.#device.createBindGroup({ layout: this.#layout, entries }) };
    }
    return this.#bound.group;
  }

  free(): void {
    const { steps, examples, parameters, arena, results, back } = this;
    for (const each of [steps, examples, parameters, arena, results, back]) each.free();
    [this.#replicas, this.#images, this.#bound] = [0, 0, undefined];
  }
}

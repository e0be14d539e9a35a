/** @file Inference with the kernels on one thread, in a memory that is laid out once per network. */
import { type Network, sizeOf, type Weights } from '../model/spec.ts';
import { unsupported } from '../onnx/unsupported.ts';
import type { Exports } from './build/inference.ts';
import { chooseKernels } from './choose.ts';
import { FIRST_ADDRESS, MAXIMUM_PAGES, PAGE } from './kernels.ts';
import { layOut, withFilters } from './layout.ts';
import { writeParameters } from './parameters.ts';
import { wordsOf } from './plan.ts';

/** Compiles build/inference.wasm on platforms that allow compilation at run time (Node, browsers). */
export const compileInference = (bytes: Uint8Array<ArrayBuffer>): Promise<WebAssembly.Module> =>
  WebAssembly.compile(bytes);

/** Returns the logits [count, classes] of images [count, channels, height, width] in 0..1. */
type Infer = (images: Float32Array, count: number) => Float32Array<ArrayBuffer>;

export interface PreparedInference {
  infer: Infer;
  /** Bytes of the memory. */
  bytes: number;
}

/**
 * Lays out a network in a memory of its own.
 * @param module build/inference.wasm
 * @param most largest size of the memory, in bytes
 * @throws ExplainedError of kind `model` when the network needs a larger one
 */
export function prepareInference(
  module: WebAssembly.Module,
  network: Network,
  weights: Weights,
  most = MAXIMUM_PAGES * PAGE,
): PreparedInference {
  const options = { training: false };
  const layout = layOut(network, chooseKernels(network, 'winograd', options), options);
  const align = (address: number) => Math.ceil(address / 64) * 64;
  const operations = layout.operations.length;
  const words = layout.operations.flatMap(wordsOf).length;
  const parameters = align(FIRST_ADDRESS + 4 * words);
  const filters = align(parameters + layout.parameterBytes);
  const arena = align(filters + layout.filterBytes);
  const scratch = align(arena + layout.imageBytes);
  const initial = Math.ceil((scratch + layout.scratchBytes) / PAGE);
  const bytes = initial * PAGE;
  if (bytes > most)
    throw unsupported('a network of this size', `at most ${most} bytes of memory`, `${bytes}`);
  const memory = new WebAssembly.Memory({ initial, maximum: MAXIMUM_PAGES });
  new Int32Array(memory.buffer, FIRST_ADDRESS, words).set(withFilters(layout, filters).flatMap(wordsOf));
  writeParameters(layout, memory.buffer, parameters, weights);
  const kernels = new WebAssembly.Instance(module, { env: { memory } }).exports as unknown as Exports;
  kernels.prepare(FIRST_ADDRESS, operations, parameters);

  const { offset, shape, row, plane } = layout.input;
  const [channels, height, width] = shape;
  const pixels = sizeOf(network.input);
  const input = new Float32Array(memory.buffer, arena + offset, channels * plane);
  const last = layout.operations.at(-1);
  const classes = sizeOf(network.output);
  const output = new Float32Array(memory.buffer, arena + (last?.y ?? offset), classes);

  function writeInput(image: Float32Array): void {
    for (let c = 0; c < channels; c++) {
      for (let y = 0; y < height; y++) {
        const from = (c * height + y) * width;
        input.set(image.subarray(from, from + width), c * plane + y * row);
      }
    }
  }

  const infer: Infer = (images, count) => {
    const logits = new Float32Array(count * classes);
    for (let n = 0; n < count; n++) {
      writeInput(images.subarray(n * pixels, (n + 1) * pixels));
      kernels.infer(FIRST_ADDRESS, operations, parameters, arena, scratch);
      logits.set(output, n * classes);
    }
    return logits;
  };
  return { infer, bytes };
}

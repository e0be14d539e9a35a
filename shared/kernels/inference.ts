/** @file Inference with the kernels on one thread, in a memory that is laid out once per network. */
import { type Network, sizeOf, type Weights } from '../model/spec.ts';
import { unsupported } from '../onnx/unsupported.ts';
import type { Exports } from './build/inference.ts';
import { chooseKernels } from './choose.ts';
import { FIRST_ADDRESS, MAXIMUM_PAGES, PAGE } from './kernels.ts';
import { layOut, type ParameterPlace, type TensorPlace, withFilters } from './layout.ts';
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

/** Where a network lies in the memory of the kernels. Plain data, so that a build can make it of a model that it knows. */
export interface InferencePlan {
  /** Bytes of the memory: whole pages. */
  bytes: number;
  /** The operations as words, which begin at FIRST_ADDRESS. */
  words: number[];
  operations: number;
  /** Addresses of the parameters, of the tensors of an image, and of intermediate results. */
  parameters: number;
  arena: number;
  scratch: number;
  places: ParameterPlace[];
  input: TensorPlace;
  /** Address of the logits, and their number. */
  logits: number;
  classes: number;
}

/** Lays out a network. */
export function planInference(network: Network): InferencePlan {
  const options = { training: false };
  const layout = layOut(network, chooseKernels(network, 'winograd', options), options);
  const align = (address: number) => Math.ceil(address / 64) * 64;
  const operations = layout.operations.length;
  const length = layout.operations.flatMap(wordsOf).length;
  const parameters = align(FIRST_ADDRESS + 4 * length);
  const filters = align(parameters + layout.parameterBytes);
  const arena = align(filters + layout.filterBytes);
  const scratch = align(arena + layout.imageBytes);
  const bytes = Math.ceil((scratch + layout.scratchBytes) / PAGE) * PAGE;
  const { input, parameters: places } = layout;
  const words = withFilters(layout, filters).flatMap(wordsOf);
  const logits = arena + (layout.operations.at(-1)?.y ?? input.offset);
  const classes = sizeOf(network.output);
  return { bytes, words, operations, parameters, arena, scratch, places, input, logits, classes };
}

/**
 * Prepares a network in a memory of its own.
 * @param module build/inference.wasm
 * @param most largest size of the memory, in bytes
 * @throws ExplainedError of kind `model` when the network needs a larger one
 */
export function prepareInference(
  module: WebAssembly.Module,
  plan: InferencePlan,
  weights: Weights,
  most = MAXIMUM_PAGES * PAGE,
): PreparedInference {
  const { bytes, words, operations, parameters, arena, scratch, places, classes } = plan;
  if (bytes > most)
    throw unsupported('a network of this size', `at most ${most} bytes of memory`, `${bytes}`);
  const memory = new WebAssembly.Memory({ initial: bytes / PAGE, maximum: MAXIMUM_PAGES });
  new Int32Array(memory.buffer, FIRST_ADDRESS, words.length).set(words);
  writeParameters({ parameters: places }, memory.buffer, parameters, weights);
  const kernels = new WebAssembly.Instance(module, { env: { memory } }).exports as unknown as Exports;
  kernels.prepare(FIRST_ADDRESS, operations, parameters);

  const { offset, shape, row, plane } = plan.input;
  const [channels, height, width] = shape;
  const pixels = channels * height * width;
  const input = new Float32Array(memory.buffer, arena + offset, channels * plane);
  const output = new Float32Array(memory.buffer, plan.logits, classes);

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

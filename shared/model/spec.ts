/**
 * @file Networks as data: PyTorch's layers, shape inference and parameters.
 *
 * Engines, initialization, ONNX export and parameter counts are all derived from a `ModelSpec`. As in PyTorch, a layer states
 * its input size, so that a wrong size is an error of the layer where it occurs.
 */
import { ExplainedError } from '../errors.ts';

/** Sizes of a tensor without the batch dimension: [channels, height, width] or [features]. */
export type Shape = readonly number[];

export type Layer =
  | { kind: 'flatten' }
  | { kind: 'relu' }
  | { kind: 'linear'; inFeatures: number; outFeatures: number }
  | {
      kind: 'conv2d';
      inChannels: number;
      outChannels: number;
      kernelSize: number;
      stride: number;
      padding: Padding;
    }
  | { kind: 'maxPool2d'; kernelSize: number; stride: number };

/** Zeros around the image: a number on every side, `same` (the output has the size of the input), or `valid` (none). */
export type Padding = number | 'same' | 'valid';

/** Returns a layer that flattens [channels, height, width] to [features]. */
export const flatten = (): Layer => ({ kind: 'flatten' });

/** Returns a ReLU, max(0, x). */
export const relu = (): Layer => ({ kind: 'relu' });

/** Returns a fully connected layer, [inFeatures] to [outFeatures]. */
export const linear = (inFeatures: number, outFeatures: number): Layer => ({
  kind: 'linear',
  inFeatures,
  outFeatures,
});

/** Returns a convolution with square filters; the defaults are PyTorch's. */
export const conv2d = (
  inChannels: number,
  outChannels: number,
  kernelSize: number,
  { stride = 1, padding = 0 }: { stride?: number; padding?: Padding } = {},
): Layer => ({ kind: 'conv2d', inChannels, outChannels, kernelSize, stride, padding });

/** Returns a max pooling with square windows, which do not overlap by default. */
export const maxPool2d = (kernelSize: number, { stride = kernelSize }: { stride?: number } = {}): Layer => ({
  kind: 'maxPool2d',
  kernelSize,
  stride,
});

/** A network as data: its name, the shape of its input, and its layers. */
export interface ModelSpec {
  name: string;
  input: Shape;
  /** Modules of the kind `nn.Sequential`, in order. A layer's PyTorch name is `<module>.<index>`. */
  modules: Record<string, Layer[]>;
}

/** A parameter tensor with PyTorch's name and layout: a weight [out, in] or [out, in, height, width], or a bias [out]. */
interface Parameter {
  name: string;
  shape: Shape;
  /** Number of inputs of one output. It determines the range of the initial values. */
  fanIn: number;
}

/** A layer of a network, with its name and shapes. */
export type NetworkLayer = Layer & {
  name: string;
  input: Shape;
  output: Shape;
  /** Weight and bias, or empty. */
  parameters: readonly Parameter[];
};

/** A spec with checked shapes. */
export interface Network {
  name: string;
  input: Shape;
  output: Shape;
  layers: readonly NetworkLayer[];
  parameters: readonly Parameter[];
  parameterCount: number;
}

/** The values of all parameters by name, in the network's order. */
export type Weights = ReadonlyMap<string, Float32Array<ArrayBuffer>>;

/** Returns the number of elements of a tensor. */
export const sizeOf = (shape: Shape): number => shape.reduce((product, size) => product * size, 1);

/** Returns the number of multiply-adds for one image. */
export const multiplyAddsOf = ({ layers }: Network): number =>
  layers.reduce((sum, { kind, parameters: [weight], output }) => {
    const places = kind === 'conv2d' ? sizeOf(output.slice(1)) : 1;
    return sum + (weight ? sizeOf(weight.shape) * places : 0);
  }, 0);

/** Returns the number of rows (and columns) of zeros [before, after] the image. */
export function paddingOf(layer: Extract<Layer, { kind: 'conv2d' }>): readonly [number, number] {
  if (layer.padding === 'valid') return [0, 0];
  if (layer.padding !== 'same') return [layer.padding, layer.padding];
  const total = layer.kernelSize - 1;
  return [Math.floor(total / 2), Math.ceil(total / 2)];
}

/**
 * Infers all shapes of a model.
 * @throws ExplainedError of kind `model` naming the layer whose sizes do not fit
 */
export function resolveNetwork(spec: ModelSpec): Network {
  const layers: NetworkLayer[] = [];
  let input = spec.input;
  for (const [module, stack] of Object.entries(spec.modules)) {
    for (const [index, layer] of stack.entries()) {
      const name = `${module}.${index}`;
      const output = outputShape(layer, input, `${spec.name}: ${name} (${layer.kind})`);
      layers.push({ ...layer, name, input, output, parameters: parametersOf(layer, name) });
      input = output;
    }
  }
  const parameters = layers.flatMap((layer) => layer.parameters);
  const parameterCount = parameters.reduce((sum, { shape }) => sum + sizeOf(shape), 0);
  return { name: spec.name, input: spec.input, output: input, layers, parameters, parameterCount };
}

function parametersOf(layer: Layer, name: string): Parameter[] {
  if (layer.kind !== 'linear' && layer.kind !== 'conv2d') return [];
  const shape =
    layer.kind === 'linear'
      ? [layer.outFeatures, layer.inFeatures]
      : [layer.outChannels, layer.inChannels, layer.kernelSize, layer.kernelSize];
  const fanIn = sizeOf(shape.slice(1));
  return [
    { name: `${name}.weight`, shape, fanIn },
    { name: `${name}.bias`, shape: shape.slice(0, 1), fanIn },
  ];
}

function outputShape(layer: Layer, input: Shape, where: string): Shape {
  const check = (fits: boolean, expected: string, got: string): void => {
    if (!fits) throw new ExplainedError({ kind: 'model', what: where, expected, got });
  };
  const got = `input [${input.join(', ')}]`;
  const positive = (...sizes: number[]): void => {
    const fits = sizes.every((size) => Number.isInteger(size) && size > 0);
    check(fits, 'sizes that are positive whole numbers', sizes.join(', '));
  };
  switch (layer.kind) {
    case 'flatten':
      return [sizeOf(input)];
    case 'relu':
      return input;
    case 'linear': {
      const { inFeatures, outFeatures } = layer;
      positive(inFeatures, outFeatures);
      check(input.length === 1, 'a flat input; put a flatten layer before it', got);
      check(input[0] === inFeatures, `input [${inFeatures}]`, got);
      return [outFeatures];
    }
    case 'conv2d': {
      const { inChannels, outChannels, kernelSize, stride, padding } = layer;
      positive(inChannels, outChannels, kernelSize, stride);
      check(padding !== 'same' || stride === 1, "stride 1 with padding 'same'", `stride ${stride}`);
      const zeros = paddingOf(layer);
      check(
        zeros.every((n) => Number.isInteger(n) && n >= 0),
        'padding of 0 or more',
        `${padding}`,
      );
      check(input.length === 3 && input[0] === inChannels, `input [${inChannels}, height, width]`, got);
      const [height, width] = input.slice(1).map((size) => size + zeros[0] + zeros[1]);
      check(
        Math.min(height, width) >= kernelSize,
        `a padded image of at least ${kernelSize}×${kernelSize}`,
        got,
      );
      return [outChannels, ...[height, width].map((size) => Math.floor((size - kernelSize) / stride) + 1)];
    }
    case 'maxPool2d': {
      const { kernelSize, stride } = layer;
      positive(kernelSize, stride);
      check(input.length === 3, 'input [channels, height, width]', got);
      const [channels, height, width] = input;
      check(Math.min(height, width) >= kernelSize, `an image of at least ${kernelSize}×${kernelSize}`, got);
      return [channels, ...[height, width].map((size) => Math.floor((size - kernelSize) / stride) + 1)];
    }
    default:
      throw layer satisfies never;
  }
}

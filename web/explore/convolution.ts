/** @file A convolution taken apart: the products behind one output pixel, one input channel's share, its size as a formula. */
import { type Conv, layerForward, type Tensor } from '#shared/model/forward.ts';
import { type NetworkLayer, paddingOf, resolveNetwork, type Weights } from '#shared/model/spec.ts';

/** What one input channel gives to one output pixel. */
interface Window {
  channel: number;
  /** Row and column of the input that the window begins at; negative in the padding. */
  y: number;
  x: number;
  /** kernelSize² each, row by row. Inputs in the padding are 0. */
  inputs: Float32Array;
  weights: Float32Array;
  /** Of inputs and weights. */
  sum: number;
}

export interface PixelSum {
  windows: Window[];
  bias: number;
  /** The output pixel: all sums and the bias. */
  value: number;
}

/** The sums behind output pixel (y, x) of output channel `o`, of an input [channels, height, width]. */
export function pixelSum(
  layer: Conv,
  weights: Weights,
  input: Tensor,
  o: number,
  y: number,
  x: number,
): PixelSum {
  const [weight, bias] = valuesOf(layer, weights);
  const { inChannels, kernelSize, stride } = layer;
  const [, height, width] = layer.input;
  const [before] = paddingOf(layer);
  const [top, left] = [y * stride - before, x * stride - before];
  const windows = Array.from({ length: inChannels }, (_, channel): Window => {
    const inputs = new Float32Array(kernelSize ** 2);
    const from = (o * inChannels + channel) * kernelSize ** 2;
    const own = weight.subarray(from, from + kernelSize ** 2);
    let sum = 0;
    for (let i = 0; i < inputs.length; i++) {
      const [row, column] = [top + Math.floor(i / kernelSize), left + (i % kernelSize)];
      if (row >= 0 && row < height && column >= 0 && column < width)
        inputs[i] = input[(channel * height + row) * width + column];
      sum += inputs[i] * own[i];
    }
    return { channel, y: top, x: left, inputs, weights: own, sum };
  });
  const value = windows.reduce((total, { sum }) => total + sum, bias[o]);
  return { windows, bias: bias[o], value };
}

/** What output channel `o` is made of: for each input channel its share of every output pixel, without bias. */
export function shares(layer: Conv, weights: Weights, input: Tensor, o: number): Tensor[] {
  const [weight] = valuesOf(layer, weights);
  const { inChannels, kernelSize, stride, padding } = layer;
  const [, height, width] = layer.input;
  const one = kernelLayer(height, width, { size: kernelSize, stride, padding });
  return Array.from({ length: inChannels }, (_, channel) => {
    const from = (o * inChannels + channel) * kernelSize ** 2;
    const plane = input.subarray(channel * height * width, (channel + 1) * height * width);
    return convolve(one, weight.slice(from, from + kernelSize ** 2), 0, plane);
  });
}

interface KernelSizes {
  size: number;
  stride: number;
  padding: Conv['padding'];
}

/**
 * One kernel over one plane, as a layer.
 * @throws ExplainedError of kind `model` when the kernel is larger than the padded plane
 */
export function kernelLayer(height: number, width: number, { size, stride, padding }: KernelSizes): Conv {
  const kernel = {
    kind: 'conv2d' as const,
    inChannels: 1,
    outChannels: 1,
    kernelSize: size,
    stride,
    padding,
  };
  const { layers } = resolveNetwork({
    name: 'kernel',
    input: [1, height, width],
    modules: { kernel: [kernel] },
  });
  return layers[0] as Conv;
}

/** @param kernel size² weights, row by row */
export function convolve(
  layer: Conv,
  kernel: Float32Array<ArrayBuffer>,
  bias: number,
  plane: Tensor,
): Tensor {
  return layerForward(layer, kernelWeights(layer, kernel, bias), plane, 1);
}

/** One kernel as the weights of its layer. */
export const kernelWeights = (layer: Conv, kernel: Float32Array<ArrayBuffer>, bias: number): Weights =>
  new Map(layer.parameters.map(({ name }, i) => [name, i === 0 ? kernel : Float32Array.of(bias)]));

/** ⌊(size + 2·padding − window) / stride⌋ + 1, with its numbers. */
export function sizeFormula(size: number, window: number, stride: number, padding: number): string {
  const count = Math.floor((size + 2 * padding - window) / stride) + 1;
  return `⌊(${size} + 2 · ${padding} − ${window}) / ${stride}⌋ + 1 = ${count}`;
}

/** A layer's weight and bias. */
export const valuesOf = ({ parameters }: NetworkLayer, weights: Weights): Tensor[] =>
  parameters.map(({ name }) => weights.get(name) as Tensor);

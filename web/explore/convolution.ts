/** @file The arithmetic of a convolution: the sum of one output pixel, the contribution of each input channel, and the output size. */
import { type Conv, layerForward, type Tensor } from '#shared/model/forward.ts';
import { type NetworkLayer, paddingOf, resolveNetwork, type Weights } from '#shared/model/spec.ts';

/** The contribution of one input channel to one output pixel. */
interface ChannelWindow {
  channel: number;
  /** First row and column of the window in the input; negative in the padding. */
  y: number;
  x: number;
  /** kernelSize² values each, row by row. Inputs in the padding are 0. */
  inputs: Float32Array;
  weights: Float32Array;
  /** Sum of inputs × weights. */
  sum: number;
}

export interface PixelSum {
  /** One per input channel. */
  windows: ChannelWindow[];
  bias: number;
  /** The output pixel: the sum over all windows, plus the bias. */
  value: number;
}

/**
 * Computes output pixel (y, x) of output channel `o`, window by window.
 * @param input [channels, height, width]
 */
export function pixelSum(
  layer: Conv,
  weights: Weights,
  input: Tensor,
  o: number,
  y: number,
  x: number,
): PixelSum {
  const [weight, bias] = weightAndBias(layer, weights);
  const { inChannels, kernelSize, stride } = layer;
  const [, height, width] = layer.input;
  const [before] = paddingOf(layer);
  const [top, left] = [y * stride - before, x * stride - before];
  const windows = Array.from({ length: inChannels }, (_, channel): ChannelWindow => {
    const inputs = new Float32Array(kernelSize ** 2);
    const from = (o * inChannels + channel) * kernelSize ** 2;
    const kernel = weight.subarray(from, from + kernelSize ** 2);
    let sum = 0;
    for (let i = 0; i < inputs.length; i++) {
      const [row, column] = [top + Math.floor(i / kernelSize), left + (i % kernelSize)];
      if (row >= 0 && row < height && column >= 0 && column < width)
        inputs[i] = input[(channel * height + row) * width + column];
      sum += inputs[i] * kernel[i];
    }
    return { channel, y: top, x: left, inputs, weights: kernel, sum };
  });
  const value = windows.reduce((total, { sum }) => total + sum, bias[o]);
  return { windows, bias: bias[o], value };
}

/** Returns the contribution of each input channel to output channel `o`, without bias: planes of the output's size. */
export function channelContributions(layer: Conv, weights: Weights, input: Tensor, o: number): Tensor[] {
  const [weight] = weightAndBias(layer, weights);
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
 * Makes a layer with one input channel and one output channel.
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

/**
 * Applies one kernel to one plane.
 * @param kernel kernelSize² weights, row by row
 */
export function convolve(
  layer: Conv,
  kernel: Float32Array<ArrayBuffer>,
  bias: number,
  plane: Tensor,
): Tensor {
  return layerForward(layer, kernelWeights(layer, kernel, bias), plane, 1);
}

/** Returns the weights of a layer that `kernelLayer` made. */
export const kernelWeights = (layer: Conv, kernel: Float32Array<ArrayBuffer>, bias: number): Weights =>
  new Map(layer.parameters.map(({ name }, i) => [name, i === 0 ? kernel : Float32Array.of(bias)]));

/** Writes the output size as a formula with its numbers: ⌊(size + 2·padding − window) / stride⌋ + 1. */
export function sizeFormula(size: number, window: number, stride: number, padding: number): string {
  const count = Math.floor((size + 2 * padding - window) / stride) + 1;
  return `⌊(${size} + 2 · ${padding} − ${window}) / ${stride}⌋ + 1 = ${count}`;
}

/** Returns a layer's weight and its bias. */
export const weightAndBias = ({ parameters }: NetworkLayer, weights: Weights): Tensor[] =>
  parameters.map(({ name }) => weights.get(name) as Tensor);

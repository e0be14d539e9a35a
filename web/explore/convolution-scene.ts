/** @file The convolution that figure 2 shows: input, kernel, output, the selected output pixel and its window. */
import type { Conv, Tensor } from '#shared/model/forward.ts';
import type { Plane } from '../canvas/plane.ts';
import { convolve, kernelLayer, kernelWeights, type PixelSum, pixelSum } from './convolution.ts';
import type { Explorer } from './explorer.ts';
import { memoizeLast } from './memoize-last.ts';
import { selectedKernel } from './selected-kernel.ts';
import { networkInput, type SourcePicture } from './source-picture.ts';
import type { State } from './state.ts';

export interface ConvolutionScene {
  input: Plane;
  output: Plane;
  layer: Conv;
  kernel: Float32Array<ArrayBuffer>;
  bias: number;
  padding: number;
  /** The selected output pixel. */
  at: readonly [row: number, column: number];
}

const inputOf = memoizeLast(
  (picture: SourcePicture, source: State['source']): Plane =>
    source === 'photo' && picture.grey ? picture.grey : networkInput(picture),
);

const outputOf = memoizeLast(
  (layer: Conv, kernel: Float32Array<ArrayBuffer>, bias: number, input: Plane): Plane => {
    const [, height, width] = layer.output;
    return { height, width, data: convolve(layer, kernel, bias, input.data as Tensor) };
  },
);

/** An input that is smaller than the kernel gets the padding that it needs. */
const layerOf = memoizeLast(
  (height: number, width: number, size: number, stride: number, padding: number): Conv => {
    const minPadding = Math.ceil((size - Math.min(height, width)) / 2);
    return kernelLayer(height, width, { size, stride, padding: Math.max(padding, minPadding) });
  },
);

const kernelOf = memoizeLast(
  (kernel: string, weights: readonly number[], size: number, model: Explorer['model']) =>
    selectedKernel({ kernel, weights, size }, model),
);

/** Each part is memoized: moving the selected pixel computes nothing again. */
export function convolutionScene({ state, model, picture }: Explorer): ConvolutionScene {
  const { size, stride, bias } = state;
  const input = inputOf(picture, state.source);
  const kernel = kernelOf(state.kernel, state.weights, size, model);
  const layer = layerOf(input.height, input.width, size, stride, state.padding);
  const output = outputOf(layer, kernel, bias, input);
  const at = [Math.min(state.at[0], output.height - 1), Math.min(state.at[1], output.width - 1)] as const;
  return { input, output, layer, kernel, bias, padding: layer.padding as number, at };
}

/** Computes the selected output pixel. */
export const sumAt = ({ layer, kernel, bias, input, at }: ConvolutionScene): PixelSum =>
  pixelSum(layer, kernelWeights(layer, kernel, bias), input.data as Tensor, 0, ...at);

/** Cells from the window's edge to its centre. */
export const windowRadius = ({ layer }: ConvolutionScene): number => (layer.kernelSize - 1) / 2;

/** Returns the input pixel under the centre of the window. */
export const windowCentre = (scene: ConvolutionScene): [number, number] =>
  scene.at.map((at, i) => {
    const size = [scene.input.height, scene.input.width][i];
    return Math.max(0, Math.min(size - 1, at * scene.layer.stride + windowRadius(scene) - scene.padding));
  }) as [number, number];

/** Returns the output pixel whose window's centre is nearest to an input pixel. */
export const outputAt = (scene: ConvolutionScene, row: number, column: number): [number, number] => {
  const nearest = (at: number, count: number) =>
    Math.max(
      0,
      Math.min(count - 1, Math.round((at - windowRadius(scene) + scene.padding) / scene.layer.stride)),
    );
  return [nearest(row, scene.output.height), nearest(column, scene.output.width)];
};

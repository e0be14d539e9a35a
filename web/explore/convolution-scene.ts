/** @file The convolution that is chosen: its input, kernel and output, the pixel that is looked at, and where its window lies. */
import type { Conv, Tensor } from '#shared/model/forward.ts';
import type { Plane } from '../canvas/plane.ts';
import { convolve, kernelLayer, kernelWeights, type PixelSum, pixelSum } from './convolution.ts';
import type { Explorer } from './explorer.ts';
import { kernelNow } from './kernel-choice.ts';
import { networkPlane, type Picture } from './picture.ts';
import { remember } from './remember.ts';
import type { State } from './state.ts';

export interface Scene {
  input: Plane;
  output: Plane;
  layer: Conv;
  kernel: Float32Array<ArrayBuffer>;
  bias: number;
  padding: number;
  /** The output pixel. */
  at: readonly [row: number, column: number];
}

const inputOf = remember(
  (picture: Picture, source: State['source']): Plane =>
    source === 'photo' && picture.grey ? picture.grey : networkPlane(picture),
);

const outputOf = remember(
  (layer: Conv, kernel: Float32Array<ArrayBuffer>, bias: number, input: Plane): Plane => {
    const [, height, width] = layer.output;
    return { height, width, data: convolve(layer, kernel, bias, input.data as Tensor) };
  },
);

/** A picture that is thinner than the kernel gets more zeros around it. */
const layerOf = remember(
  (height: number, width: number, size: number, stride: number, padding: number): Conv => {
    const least = Math.ceil((size - Math.min(height, width)) / 2);
    return kernelLayer(height, width, { size, stride, padding: Math.max(padding, least) });
  },
);

const kernelOf = remember(
  (kernel: string, weights: readonly number[], size: number, model: Explorer['model']) =>
    kernelNow({ kernel, weights, size }, model),
);

/** Computed again only when something but the chosen pixel has changed. */
export function sceneOf({ state, model, picture }: Explorer): Scene {
  const { size, stride, bias } = state;
  const input = inputOf(picture, state.source);
  const kernel = kernelOf(state.kernel, state.weights, size, model);
  const layer = layerOf(input.height, input.width, size, stride, state.padding);
  const output = outputOf(layer, kernel, bias, input);
  const at = [Math.min(state.at[0], output.height - 1), Math.min(state.at[1], output.width - 1)] as const;
  return { input, output, layer, kernel, bias, padding: layer.padding as number, at };
}

export const sumAt = ({ layer, kernel, bias, input, at }: Scene): PixelSum =>
  pixelSum(layer, kernelWeights(layer, kernel, bias), input.data as Tensor, 0, ...at);

/** Cells from a window's first to its middle one. */
export const half = ({ layer }: Scene): number => (layer.kernelSize - 1) / 2;

/** The input pixel under the middle of the window. */
export const middle = (now: Scene): [number, number] =>
  now.at.map((at, i) => {
    const size = [now.input.height, now.input.width][i];
    return Math.max(0, Math.min(size - 1, at * now.layer.stride + half(now) - now.padding));
  }) as [number, number];

/** The output pixel whose window has its middle nearest to an input pixel. */
export const outputAt = (now: Scene, row: number, column: number): [number, number] => {
  const nearest = (at: number, count: number) =>
    Math.max(0, Math.min(count - 1, Math.round((at - half(now) + now.padding) / now.layer.stride)));
  return [nearest(row, now.output.height), nearest(column, now.output.width)];
};

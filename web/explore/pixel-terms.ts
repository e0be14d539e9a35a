/** @file The terms that add up to one pixel of a layer's output, as the detail panel shows them. No drawing. */
import type { Tensor } from '#shared/model/forward.ts';
import type { Network, NetworkLayer, Weights } from '#shared/model/spec.ts';
import { channelOf, type Plane } from '../canvas/plane.ts';
import { channelContributions, pixelSum } from './convolution.ts';
import { formatNumber } from './format-number.ts';
import { logitContributions } from './logit-contributions.ts';
import { memoizeLast } from './memoize-last.ts';
import { maxEquation, poolWindow } from './pooling.ts';

/** Memoized, because the pointer moves over many pixels of one feature map. */
const contributionsOf = memoizeLast(channelContributions);

/** The contribution of one input map. */
export interface Term {
  /** Index of the input map in its layer. */
  map: number;
  input: Plane;
  /** The kernel, or one weight per input pixel; missing for layers without weights. */
  weights?: Plane;
  /** Contribution to all pixels of the output. */
  product?: Plane;
  /** The part of the input that the pixel depends on. */
  window?: { y: number; x: number; height: number; width: number };
  value: number;
  /** The input's values in the window. */
  inputs: Float32Array;
  /** The weights of `inputs`. */
  factors?: Float32Array;
  /** Index of the maximum in `inputs`, for max pooling. */
  maxIndex?: number;
}

export interface PixelTerms {
  /** Index into the activations of the tensor that the terms read. */
  from: number;
  terms: Term[];
  /** The calculation in one line of text, with its result. */
  equation: string;
}

interface SelectedPixel {
  network: Network;
  weights: Weights;
  activations: readonly Tensor[];
  /** Index into the activations. */
  row: number;
  /** Channel. */
  map: number;
  cell: readonly [row: number, column: number];
}

type LayerOfKind<Kind extends NetworkLayer['kind']> = NetworkLayer & { kind: Kind };

/** Returns the terms of a pixel; undefined for the network's input, which no layer computes. */
export function pixelTerms(pixel: SelectedPixel): PixelTerms | undefined {
  const { network, activations, row } = pixel;
  const layer: NetworkLayer | undefined = network.layers[row - 1];
  if (!layer) return undefined;
  switch (layer.kind) {
    case 'conv2d':
      return convolutionTerms(pixel, layer);
    case 'linear':
      return linearTerms(pixel, layer);
    case 'maxPool2d':
      return poolTerms(pixel, layer);
    case 'relu':
      return reluTerms(pixel, layer);
    case 'flatten':
      return { from: row - 1, terms: [], equation: `${activations[row].length} values in one row` };
    default:
      throw layer satisfies never;
  }
}

function convolutionTerms(
  { weights, activations, row, map, cell }: SelectedPixel,
  layer: LayerOfKind<'conv2d'>,
): PixelTerms {
  const input = activations[row - 1];
  const { windows, bias, value } = pixelSum(layer, weights, input, map, ...cell);
  const products = contributionsOf(layer, weights, input, map);
  const size = layer.kernelSize;
  const terms = windows.map(
    ({ channel, y, x, inputs, weights: factors, sum }): Term => ({
      map: channel,
      input: channelOf(input, layer.input, channel),
      weights: { height: size, width: size, data: factors },
      product: channelOf(products[channel], [1, ...layer.output.slice(1)], 0),
      window: { y, x, height: size, width: size },
      value: sum,
      inputs,
      factors,
    }),
  );
  return { from: row - 1, terms, equation: sumEquation(terms, bias, value) };
}

function linearTerms(
  { network, weights, activations, row, map }: SelectedPixel,
  layer: LayerOfKind<'linear'>,
): PixelTerms {
  const isAfterFlatten = network.layers[row - 2]?.kind === 'flatten';
  const shape = isAfterFlatten ? network.layers[row - 2].input : [1, 1, layer.inFeatures];
  const { contributions, bias, value } = logitContributions(layer, weights, activations[row - 1], shape, map);
  const [, height, width] = shape;
  const plane = (data: Float32Array): Plane => ({ height, width, data });
  const terms = contributions.map(
    ({ inputs, weights, products, sum }, map): Term => ({
      map,
      input: plane(inputs),
      weights: plane(weights),
      product: plane(products),
      value: sum,
      inputs: new Float32Array(),
    }),
  );
  return { from: isAfterFlatten ? row - 2 : row - 1, terms, equation: sumEquation(terms, bias, value) };
}

function poolTerms(
  { activations, row, map, cell }: SelectedPixel,
  layer: LayerOfKind<'maxPool2d'>,
): PixelTerms {
  const input = activations[row - 1];
  const { y, x, inputs, maxIndex, value } = poolWindow(layer, input, map, ...cell);
  const size = layer.kernelSize;
  const window = { y, x, height: size, width: size };
  const term = { map, input: channelOf(input, layer.input, map), window, value, inputs, maxIndex };
  return { from: row - 1, terms: [term], equation: maxEquation({ inputs, value }) };
}

function reluTerms({ activations, row, map, cell }: SelectedPixel, layer: LayerOfKind<'relu'>): PixelTerms {
  const [channels, height = 1, width = 1] = layer.input;
  const input = channelOf(activations[row - 1], [channels, height, width], map);
  const before = input.data[cell[0] * width + cell[1]];
  const window = { y: cell[0], x: cell[1], height: 1, width: 1 };
  const term = { map, input, window, value: Math.max(before, 0), inputs: Float32Array.of(before) };
  return {
    from: row - 1,
    terms: [term],
    equation: `max(0, ${formatNumber(before, 3)}) = ${formatNumber(term.value, 3)}`,
  };
}

function sumEquation(terms: readonly Term[], bias: number, value: number): string {
  const sum = terms.reduce((sum, { value }) => sum + value, 0);
  const sumText = formatNumber(sum, 3);
  const left = terms.length > 1 ? `sum of ${terms.length} maps ${sumText}` : sumText;
  return `${left} + bias ${formatNumber(bias, 3)} = ${formatNumber(value, 3)}`;
}

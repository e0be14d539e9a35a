/** @file What a chosen pixel of a chosen map was made of, as the detail shows it: terms, their sum, and words. Pure arithmetic. */
import type { Tensor } from '#shared/model/forward.ts';
import type { Network, NetworkLayer, Weights } from '#shared/model/spec.ts';
import { channelOf, type Plane } from '../canvas/plane.ts';
import { pixelSum, shares } from './convolution.ts';
import { format } from './kernels.ts';
import { logitShares } from './linear.ts';
import { poolWindow } from './pooling.ts';
import { remember } from './remember.ts';

/** A pointer moves over many pixels of one map. */
const sharesOf = remember(shares);

/** One input map's part in it. */
export interface Term {
  /** Of the row that it comes from. */
  map: number;
  input: Plane;
  /** What the input is multiplied by: a kernel, or weights place by place; nothing where there are none. */
  weights?: Plane;
  /** Their product over all pixels. */
  product?: Plane;
  /** Where the input is looked at: row, column, rows, columns. */
  window?: { y: number; x: number; height: number; width: number };
  value: number;
  /** The window's numbers, and the weights over them; of a pool, which is the largest. */
  inputs: Float32Array;
  factors?: Float32Array;
  place?: number;
}

export interface Making {
  /** Row of the activations that the terms come from. */
  from: number;
  terms: Term[];
  /** The sum as text, with its end. */
  equation: string;
}

interface Chosen {
  network: Network;
  weights: Weights;
  activations: readonly Tensor[];
  /** Index into the activations, map, pixel. */
  row: number;
  map: number;
  cell: readonly [row: number, column: number];
}

/** Undefined for the input, which nothing has made. */
export function makingOf(chosen: Chosen): Making | undefined {
  const { network, activations, row } = chosen;
  const layer: NetworkLayer | undefined = network.layers[row - 1];
  if (!layer) return undefined;
  switch (layer.kind) {
    case 'conv2d':
      return ofConvolution(chosen, layer);
    case 'linear':
      return ofLinear(chosen, layer);
    case 'maxPool2d':
      return ofPool(chosen, layer);
    case 'relu':
      return ofRelu(chosen, layer);
    case 'flatten':
      return { from: row - 1, terms: [], equation: `${activations[row].length} numbers in one row` };
    default:
      throw layer satisfies never;
  }
}

function ofConvolution(
  { weights, activations, row, map, cell }: Chosen,
  layer: NetworkLayer & { kind: 'conv2d' },
): Making {
  const input = activations[row - 1];
  const { windows, bias, value } = pixelSum(layer, weights, input, map, ...cell);
  const products = sharesOf(layer, weights, input, map);
  const size = layer.kernelSize;
  const terms = windows.map(({ channel, y, x, inputs, weights: factors, sum }): Term => {
    const product = channelOf(products[channel], [1, ...layer.output.slice(1)], 0);
    const kernel = { height: size, width: size, data: factors };
    const window = { y, x, height: size, width: size };
    return {
      map: channel,
      input: channelOf(input, layer.input, channel),
      weights: kernel,
      product,
      window,
      value: sum,
      inputs,
      factors,
    };
  });
  return { from: row - 1, terms, equation: total(terms, bias, value) };
}

function ofLinear(
  { network, weights, activations, row, map }: Chosen,
  layer: NetworkLayer & { kind: 'linear' },
): Making {
  const isBehindFlatten = network.layers[row - 2]?.kind === 'flatten';
  const shape = isBehindFlatten ? network.layers[row - 2].input : [1, 1, layer.inFeatures];
  const { shares, bias, value } = logitShares(layer, weights, activations[row - 1], shape, map);
  const [, height, width] = shape;
  const plane = (data: Float32Array): Plane => ({ height, width, data });
  const terms = shares.map(
    ({ inputs, weights, products, sum }, map): Term => ({
      map,
      input: plane(inputs),
      weights: plane(weights),
      product: plane(products),
      value: sum,
      inputs: new Float32Array(),
    }),
  );
  return { from: isBehindFlatten ? row - 2 : row - 1, terms, equation: total(terms, bias, value) };
}

function ofPool(
  { activations, row, map, cell }: Chosen,
  layer: NetworkLayer & { kind: 'maxPool2d' },
): Making {
  const input = activations[row - 1];
  const { y, x, inputs, place, value } = poolWindow(layer, input, map, ...cell);
  const size = layer.kernelSize;
  const window = { y, x, height: size, width: size };
  const term = { map, input: channelOf(input, layer.input, map), window, value, inputs, place };
  return {
    from: row - 1,
    terms: [term],
    equation: `max(${[...inputs].map((n) => format(n)).join(', ')}) = ${format(value)}`,
  };
}

function ofRelu({ activations, row, map, cell }: Chosen, layer: NetworkLayer & { kind: 'relu' }): Making {
  const [channels, height = 1, width = 1] = layer.input;
  const input = channelOf(activations[row - 1], [channels, height, width], map);
  const before = input.data[cell[0] * width + cell[1]];
  const window = { y: cell[0], x: cell[1], height: 1, width: 1 };
  const term = { map, input, window, value: Math.max(before, 0), inputs: Float32Array.of(before) };
  return {
    from: row - 1,
    terms: [term],
    equation: `max(0, ${format(before, 3)}) = ${format(term.value, 3)}`,
  };
}

function total(terms: readonly Term[], bias: number, value: number): string {
  const sum = terms.reduce((sum, { value }) => sum + value, 0);
  const parts = terms.length > 1 ? `sum of ${terms.length} maps ${format(sum, 3)}` : format(sum, 3);
  return `${parts} + bias ${format(bias, 3)} = ${format(value, 3)}`;
}

/** @file The layers of a network as rows of figure 4: names, descriptions and shapes. */
import type { Network, NetworkLayer, Shape } from '#shared/model/spec.ts';
import { sizeOf } from '#shared/model/spec.ts';
import { memoizeLast } from './memoize-last.ts';

/** The network's input, or the output of one layer. */
export interface LayerRow {
  /** Index into the activations. */
  index: number;
  /** The layer that computes it; missing for the network's input. */
  layer?: NetworkLayer;
  /** The kind of the layer and its number among those of the kind, from 1: `convolution 2`. */
  name: string;
  /** Describes what the layer does, with its sizes and parameters. */
  text: string;
  shape: Shape;
}

const NAMES = {
  conv2d: 'convolution',
  relu: 'ReLU',
  maxPool2d: 'max pooling',
  flatten: 'flatten',
  linear: 'linear',
} as const;

export const rowsOf = memoizeLast(({ layers, input }: Network): LayerRow[] => {
  const counts = new Map<string, number>();
  const rows = layers.map((layer, i): LayerRow => {
    const count = (counts.get(layer.kind) ?? 0) + 1;
    counts.set(layer.kind, count);
    const isOnly = layers.filter(({ kind }) => kind === layer.kind).length === 1;
    const name = `${NAMES[layer.kind]}${isOnly ? '' : ` ${count}`}`;
    return { index: i + 1, layer, name, text: describe(layer), shape: layer.output };
  });
  return [{ index: 0, name: 'input', text: 'the image, 0 to 1', shape: input }, ...rows];
});

function describe(layer: NetworkLayer): string {
  const parameters = layer.parameters.reduce((sum, { shape }) => sum + sizeOf(shape), 0).toLocaleString('en');
  switch (layer.kind) {
    case 'conv2d':
      return `${layer.inChannels} → ${layer.outChannels} maps, ${layer.kernelSize} × ${layer.kernelSize}, ${parameters} parameters`;
    case 'linear':
      return `${layer.inFeatures} → ${layer.outFeatures} features, ${parameters} parameters`;
    case 'maxPool2d':
      return `the largest value of each ${layer.kernelSize} × ${layer.kernelSize} window`;
    case 'relu':
      return 'negative values become 0';
    case 'flatten':
      return 'all feature maps in one row';
    default:
      throw layer satisfies never;
  }
}

/** Returns the number of feature maps of a row, and their size. In a flat row, each value is a map of 1 × 1. */
export function mapsOf({ shape }: LayerRow): { count: number; height: number; width: number } {
  const [count, height = 1, width = 1] = shape;
  return { count, height, width };
}

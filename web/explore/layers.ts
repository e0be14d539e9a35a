/** @file The layers of a network as rows of a figure: names, sizes, and how their maps are coloured. */
import type { Network, NetworkLayer, Shape } from '#shared/model/spec.ts';
import { sizeOf } from '#shared/model/spec.ts';
import { remember } from './remember.ts';

/** One activation: what goes into the network, or what comes out of a layer. */
export interface Row {
  /** Index into the activations. */
  index: number;
  /** The layer it comes out of; the input comes out of none. */
  layer?: NetworkLayer;
  /** As people count: `convolution 2`. */
  name: string;
  /** What the layer does, with its sizes and parameters. */
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

export const rowsOf = remember(({ layers, input }: Network): Row[] => {
  const counts = new Map<string, number>();
  const rows = layers.map((layer, i): Row => {
    const count = (counts.get(layer.kind) ?? 0) + 1;
    counts.set(layer.kind, count);
    const alone = layers.filter(({ kind }) => kind === layer.kind).length === 1;
    const name = `${NAMES[layer.kind]}${alone ? '' : ` ${count}`}`;
    return { index: i + 1, layer, name, text: describe(layer), shape: layer.output };
  });
  return [{ index: 0, name: 'input', text: 'what the network sees', shape: input }, ...rows];
});

function describe(layer: NetworkLayer): string {
  const parameters = layer.parameters.reduce((sum, { shape }) => sum + sizeOf(shape), 0).toLocaleString('en');
  switch (layer.kind) {
    case 'conv2d':
      return `${layer.inChannels} → ${layer.outChannels} maps, ${layer.kernelSize} × ${layer.kernelSize}, ${parameters} parameters`;
    case 'linear':
      return `${layer.inFeatures} → ${layer.outFeatures} numbers, ${parameters} parameters`;
    case 'maxPool2d':
      return `the largest of ${layer.kernelSize} × ${layer.kernelSize}`;
    case 'relu':
      return 'what is below 0 becomes 0';
    case 'flatten':
      return 'all maps in one row';
    default:
      throw layer satisfies never;
  }
}

/** Maps of a row, and their height and width: a flat row is maps of one number each. */
export function mapsOf({ shape }: Row): { count: number; height: number; width: number } {
  const [count, height = 1, width = 1] = shape;
  return { count, height, width };
}

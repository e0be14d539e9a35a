/** @file The layers of a network as rows of figure 4: names, descriptions and shapes. */
import type { Network, NetworkLayer, Shape } from '#shared/model/spec.ts';
import { sizeOf } from '#shared/model/spec.ts';
import { memoizeLast } from './memoize-last.ts';

/** Largest number of maps of a layer that are shown one by one. The logits are all shown. */
const MAX_MAPS = 64;

const CHANNELS = ['red', 'green', 'blue'];

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
  /** Number of maps that are shown one by one: the first ones. 0 for a flat layer that is one strip. */
  shown: number;
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
    const isLast = i === layers.length - 1;
    const [index, shape] = [i + 1, layer.output];
    return { index, layer, name, text: describe(layer), shape, shown: shownMaps(shape, isLast) };
  });
  const shown = shownMaps(input, false);
  return [{ index: 0, name: 'input', text: 'the image, 0 to 1', shape: input, shown }, ...rows];
});

function shownMaps([count, ...size]: Shape, isLast: boolean): number {
  if (isLast || count <= MAX_MAPS) return count;
  return size.length === 0 ? 0 : MAX_MAPS;
}

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

/** Returns whether the maps of a row are the logits of the classes. */
export const hasClasses = ({ layer, shape }: LayerRow, labels: readonly string[]): boolean =>
  layer?.kind === 'linear' && shape[0] === labels.length;

/** Names a map: the class of a logit, the channel of a colour image, or the number. @param labels of the classes */
export function mapName(row: LayerRow, map: number, labels: readonly string[]): string {
  const isColour = row.index === 0 && row.shape[0] === CHANNELS.length;
  const names = hasClasses(row, labels) ? labels : isColour ? CHANNELS : [];
  return names[map] ?? `map ${map + 1}`;
}

/** Returns the number of feature maps of a row, and their size. In a flat row, each value is a map of 1 × 1. */
export function mapsOf({ shape }: LayerRow): { count: number; height: number; width: number } {
  const [count, height = 1, width = 1] = shape;
  return { count, height, width };
}

/** @file The max pooling that figure 3 shows: input, output, the selected output pixel and its window. */
import { layerForward, type Pool, type Tensor } from '#shared/model/forward.ts';
import { channelOf, type Plane } from '../canvas/plane.ts';
import type { Explorer } from './explorer.ts';
import { type PoolWindow, poolLayer, poolWindow } from './pooling.ts';

export interface PoolingScene {
  input: Plane;
  output: Plane;
  layer: Pool;
  /** The selected output pixel. */
  at: readonly [row: number, column: number];
  /** The window of the selected output pixel. */
  window: PoolWindow;
}

export function poolingScene(explorer: Explorer): PoolingScene {
  const { poolSize, poolStride, poolAt } = explorer.state;
  const { plane } = pooledMap(explorer);
  const layer = poolLayer(plane.height, plane.width, poolSize, poolStride);
  const [, height, width] = layer.output;
  const input = plane.data as Tensor;
  const output = { height, width, data: layerForward(layer, new Map(), input, 1) };
  const at = [Math.min(poolAt[0], height - 1), Math.min(poolAt[1], width - 1)] as const;
  return { input: plane, output, layer, at, window: poolWindow(layer, input, 0, ...at) };
}

/** Returns the selected feature map of the network's first pooling layer's input. */
export function pooledMap({ model, activations, state }: Explorer): {
  /** Index of the feature map, and the number of feature maps. */
  channel: number;
  channels: number;
  plane: Plane;
} {
  const index = Math.max(
    0,
    model.network.layers.findIndex(({ kind }) => kind === 'maxPool2d'),
  );
  const shape = model.network.layers[index].input;
  const channel = Math.min(state.poolMap, shape[0] - 1);
  return { channel, channels: shape[0], plane: channelOf(activations[index], shape, channel) };
}

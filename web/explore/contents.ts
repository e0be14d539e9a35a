/** @file The contents as pictures: what each part makes of the picture that is looked at. */
import { layerForward, type Tensor } from '#shared/model/forward.ts';
import { softmax } from '#shared/predictions.ts';
import { grey, largest, signed } from '../canvas/colour.ts';
import { paint } from '../canvas/draw.ts';
import { channelOf, type Plane } from '../canvas/plane.ts';
import { find } from '../dom.ts';
import { convolve, kernelLayer } from './convolution.ts';
import type { Explorer } from './explorer.ts';
import { kernelNow } from './kernel-choice.ts';
import { networkPlane } from './picture.ts';
import { poolLayer } from './pooling.ts';

export function contents(explorer: Explorer): void {
  const canvas = (part: string) => find(`canvas[data-part="${part}"]`, HTMLCanvasElement);
  explorer.watch(find('.contents', HTMLElement), ['picture', 'kernel', 'weights', 'size'], () => {
    const plane = networkPlane(explorer.picture);
    paint(canvas('tensor'), plane, grey());
    const edges = filtered(explorer, plane);
    paint(canvas('convolution'), edges, signed(largest(edges.data)));
    const pool = poolLayer(edges.height, edges.width, 2, 2);
    const pooled = layerForward(pool, new Map(), edges.data as Tensor, 1);
    paint(
      canvas('pooling'),
      { height: pool.output[1], width: pool.output[2], data: pooled },
      signed(largest(pooled)),
    );
    paint(canvas('network'), mosaic(explorer), signed(largest(mosaic(explorer).data)));
    paint(canvas('models'), bars(explorer), signed(1));
  });
}

function filtered({ state, model }: Explorer, { width, height, data }: Plane): Plane {
  const { size } = state;
  const layer = kernelLayer(height, width, { size, stride: 1, padding: (size - 1) / 2 });
  return { width, height, data: convolve(layer, kernelNow(state, model), 0, data as Tensor) };
}

/** The last feature maps, four by two. */
function mosaic({ activations, model }: Explorer): Plane {
  const index = model.network.layers.findLastIndex(({ output }) => output.length === 3);
  const shape = model.network.layers[index].output;
  const [count, height, width] = shape;
  const [rows, columns] = [Math.min(2, count), Math.min(2, Math.ceil(count / 2))];
  const data = new Float32Array(rows * height * columns * width);
  for (let c = 0; c < rows * columns && c < count; c++) {
    const plane = channelOf(activations[index + 1], shape, c);
    const [top, left] = [Math.floor(c / columns) * height, (c % columns) * width];
    for (let y = 0; y < height; y++)
      data.set(plane.data.subarray(y * width, (y + 1) * width), (top + y) * columns * width + left);
  }
  return { height: rows * height, width: columns * width, data };
}

/** The scores as bars of light. */
function bars({ activations }: Explorer): Plane {
  const scores = softmax(activations.at(-1) as Tensor, 1);
  const [size, each] = [28, 28 / scores.length];
  const data = Float32Array.from({ length: size * size }, (_, i) => {
    const [row, column] = [Math.floor(i / size), i % size];
    const gap = row % each > each - 0.9;
    return !gap && column < Math.max(1, size * scores[Math.floor(row / each)]) ? 1 : 0;
  });
  return { height: size, width: size, data };
}

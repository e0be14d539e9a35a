/** @file The table of contents: for each section a thumbnail of what it computes from the current image. */
import { layerForward, type Tensor } from '#shared/model/forward.ts';
import { softmax } from '#shared/predictions.ts';
import { grey, maxAbs, signed } from '../canvas/colour.ts';
import { paint } from '../canvas/draw-plane.ts';
import { channelOf, type Plane } from '../canvas/plane.ts';
import { find } from '../dom.ts';
import { convolve, kernelLayer } from './convolution.ts';
import type { Explorer } from './explorer.ts';
import { poolLayer } from './pooling.ts';
import { selectedKernel } from './selected-kernel.ts';
import { networkInput } from './source-picture.ts';

export function contentsFigure(explorer: Explorer): void {
  const canvas = (part: string) => find(`canvas[data-part="${part}"]`, HTMLCanvasElement);
  const paintSigned = (part: string, plane: Plane) => paint(canvas(part), plane, signed(maxAbs(plane.data)));
  explorer.watch(find('.contents'), ['picture', 'kernel', 'weights', 'size'], () => {
    const input = networkInput(explorer.picture);
    const filtered = convolved(explorer, input);
    paint(canvas('tensor'), input, grey());
    paintSigned('convolution', filtered);
    paintSigned('pooling', pooled(filtered));
    paintSigned('network', lastMaps(explorer));
    paint(canvas('models'), scoreBars(explorer), signed(1));
  });
}

/** Applies the selected kernel, with stride 1 and the padding that keeps the size. */
function convolved({ state, model }: Explorer, { width, height, data }: Plane): Plane {
  const { size } = state;
  const layer = kernelLayer(height, width, { size, stride: 1, padding: (size - 1) / 2 });
  return { width, height, data: convolve(layer, selectedKernel(state, model), 0, data as Tensor) };
}

function pooled({ width, height, data }: Plane): Plane {
  const layer = poolLayer(height, width, 2, 2);
  const [, rows, columns] = layer.output;
  return { height: rows, width: columns, data: layerForward(layer, new Map(), data as Tensor, 1) };
}

/** Tiles up to 2 × 2 of the network's last feature maps. */
function lastMaps({ activations, model }: Explorer): Plane {
  // A network without feature maps shows its input.
  const index = model.network.layers.findLastIndex(({ output }) => output.length === 3);
  const shape = model.network.layers[index]?.output ?? model.network.input;
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

/** Draws the scores as horizontal bars, 1 on 0. */
function scoreBars({ activations }: Explorer): Plane {
  const scores = softmax(activations.at(-1) as Tensor, 1);
  const [size, barHeight] = [28, 28 / scores.length];
  const data = Float32Array.from({ length: size * size }, (_, i) => {
    const [row, column] = [Math.floor(i / size), i % size];
    const isGap = row % barHeight > barHeight - 0.9;
    return !isGap && column < Math.max(1, size * scores[Math.floor(row / barHeight)]) ? 1 : 0;
  });
  return { height: size, width: size, data };
}

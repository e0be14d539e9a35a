/** @file Figure 3: max pooling of one feature map, window by window. */
import type { Pool, Tensor } from '#shared/model/forward.ts';
import { layerForward } from '#shared/model/forward.ts';
import { largest, signed } from '../canvas/colour.ts';
import { channelOf, type Plane } from '../canvas/plane.ts';
import { planeCanvas } from '../canvas/view.ts';
import { canvasIn, choose, element, find, onChoice, say } from '../dom.ts';
import { sizeFormula } from './convolution.ts';
import type { Explorer } from './explorer.ts';
import { format } from './kernels.ts';
import { poolLayer, poolWindow } from './pooling.ts';
import { showMaximum } from './products.ts';
import { slide } from './slide.ts';

/** Windows a second when it plays. */
const PACE = 12;

export function poolingFigure(explorer: Explorer): void {
  const { change } = explorer;
  const pick = (row: number, column: number) => {
    playing.stop();
    change({ poolAt: [row, column] });
  };
  const place = () => {
    const { at, output } = scene(explorer);
    return at[0] * output.width + at[1];
  };
  const go = (index: number) => {
    const { output } = scene(explorer);
    const count = output.data.length;
    const wrapped = (index + count) % count;
    change({ poolAt: [Math.floor(wrapped / output.width), wrapped % output.width] });
  };
  const playing = slide({
    button: find('#pool-play', HTMLButtonElement),
    count: () => scene(explorer).output.data.length,
    pace: () => PACE,
    at: place,
    go,
    changed: () => draw(),
  });
  for (const [button, step] of [
    ['#pool-back', -1],
    ['#pool-on', 1],
  ] as const) {
    find(button, HTMLButtonElement).addEventListener('click', () => {
      playing.stop();
      go(place() + step);
    });
  }
  const describe = () => {
    const { at, output } = scene(explorer);
    return `row ${at[0]}, column ${at[1]}: ${format(output.data[at[0] * output.width + at[1]])}`;
  };
  const output = planeCanvas(canvasIn('#pool-output'), {
    label: 'Pixel of the output',
    chosen: () => scene(explorer).at,
    describe,
    choose: pick,
  });
  const input = planeCanvas(canvasIn('#pool-input'), {
    label: 'Where the window lies on the input',
    chosen: () => scene(explorer).at.map((at) => at * explorer.state.poolStride) as [number, number],
    describe,
    choose: (row, column) => {
      const { output } = scene(explorer);
      const to = (at: number, count: number) =>
        Math.min(count - 1, Math.floor(at / explorer.state.poolStride));
      pick(to(row, output.height), to(column, output.width));
    },
  });
  controls(explorer);

  function draw(): void {
    const { input: plane, output: pooled, layer, at, window } = scene(explorer);
    const extent = { width: plane.width, height: plane.height };
    const palette = signed(largest(plane.data));
    const outline = { y: window.y, x: window.x, height: layer.kernelSize, width: layer.kernelSize };
    const inner = {
      y: window.y + Math.floor(window.place / layer.kernelSize),
      x: window.x + (window.place % layer.kernelSize),
      height: 1,
      width: 1,
    };
    input.draw({ plane, palette, extent, outlines: [outline, inner] });
    const offset = Math.floor((plane.width - pooled.width) / 2);
    output.draw({
      plane: pooled,
      palette,
      extent,
      offset,
      outlines: [{ y: at[0] + offset, x: at[1] + offset, height: 1, width: 1 }],
      ...(playing.isMoving && { until: at[0] * pooled.width + at[1] + 1 }),
    });
    showMaximum(find('#pool-window', HTMLElement), window.inputs, window.place, palette);
    const numbers = [...window.inputs].map((value) => format(value)).join(', ');
    say(find('#pool-maximum', HTMLElement), `max(${numbers}) = ${format(window.value)}`);
    say(find('#pool-input .note', HTMLElement), `[${plane.height}, ${plane.width}]`);
    say(
      find('#pool-output .note', HTMLElement),
      `[${pooled.height}, ${pooled.width}]: ${pooled.data.length} of ${plane.data.length} numbers`,
    );
    const size = sizeFormula(plane.height, layer.kernelSize, layer.stride, 0);
    say(find('#pool-shape', HTMLElement), `Output size: ${size}`);
    choose('pool-size', `${explorer.state.poolSize}`);
    choose('pool-stride', `${explorer.state.poolStride}`);
    find('#pool-map', HTMLSelectElement).value = `${mapOf(explorer).c}`;
  }
  explorer.watch(
    find('#pooling .figure', HTMLElement),
    ['picture', 'poolSize', 'poolStride', 'poolMap', 'poolAt'],
    draw,
  );
}

/** What the network pools first, and the map of it that is chosen. */
function mapOf({ model, activations, state }: Explorer) {
  const index = Math.max(
    0,
    model.network.layers.findIndex(({ kind }) => kind === 'maxPool2d'),
  );
  const shape = model.network.layers[index].input;
  const c = Math.min(state.poolMap, shape[0] - 1);
  return { c, channels: shape[0], plane: channelOf(activations[index], shape, c) };
}

interface Scene {
  input: Plane;
  output: Plane;
  layer: Pool;
  at: readonly [number, number];
  window: ReturnType<typeof poolWindow>;
}

function scene(explorer: Explorer): Scene {
  const { poolSize, poolStride, poolAt } = explorer.state;
  const { plane } = mapOf(explorer);
  const layer = poolLayer(plane.height, plane.width, poolSize, poolStride);
  const [, height, width] = layer.output;
  const input = plane.data as Tensor;
  const output = { height, width, data: layerForward(layer, new Map(), input, 1) };
  const at = [Math.min(poolAt[0], height - 1), Math.min(poolAt[1], width - 1)] as const;
  return { input: plane, output, layer, at, window: poolWindow(layer, input, 0, ...at) };
}

function controls(explorer: Explorer): void {
  const { change } = explorer;
  onChoice('pool-size', (size) => change({ poolSize: Number(size) }));
  onChoice('pool-stride', (stride) => change({ poolStride: Number(stride) }));
  const select = find('#pool-map', HTMLSelectElement);
  const { channels } = mapOf(explorer);
  select.replaceChildren(
    ...Array.from({ length: channels }, (_, c) =>
      element('option', { value: `${c}` }, `feature map ${c + 1}`),
    ),
  );
  select.addEventListener('change', () => change({ poolMap: Number(select.value) }));
}

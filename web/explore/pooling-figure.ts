/** @file Figure 3: max pooling of one feature map, window by window. */
import { maxAbs, signed } from '../canvas/colour.ts';
import { type PlaneCanvas, planeCanvas } from '../canvas/plane-canvas.ts';
import { canvasIn, choose, element, find, onChoice, setText } from '../dom.ts';
import { sizeFormula } from './convolution.ts';
import type { Explorer } from './explorer.ts';
import { formatNumber } from './format-number.ts';
import { maxEquation } from './pooling.ts';
import { type PoolingScene, pooledMap, poolingScene } from './pooling-scene.ts';
import { animateWindow, type WindowAnimation } from './window-animation.ts';
import { showMaximum } from './window-table.ts';

/** Windows per second of the animation. */
const PACE = 12;

export function poolingFigure(explorer: Explorer): void {
  const animation = poolingAnimation(explorer, () => draw());
  const { input, output } = poolingCanvases(explorer, (row, column) => {
    animation.stop();
    explorer.change({ poolAt: [row, column] });
  });
  listenToControls(explorer);

  function draw(): void {
    const scene = poolingScene(explorer);
    drawPlanes(scene, input, output, animation);
    showTexts(scene);
    showControls(explorer);
  }
  explorer.watch(find('#pooling .figure'), ['picture', 'poolSize', 'poolStride', 'poolMap', 'poolAt'], draw);
}

/** Connects the buttons that move the window: play, previous and next. */
function poolingAnimation(explorer: Explorer, toggled: () => void): WindowAnimation {
  const position = () => {
    const { at, output } = poolingScene(explorer);
    return at[0] * output.width + at[1];
  };
  const moveTo = (position: number) => {
    const { data, width } = poolingScene(explorer).output;
    const wrapped = (position + data.length) % data.length;
    explorer.change({ poolAt: [Math.floor(wrapped / width), wrapped % width] });
  };
  const animation = animateWindow({
    button: find('#pool-play', HTMLButtonElement),
    count: () => poolingScene(explorer).output.data.length,
    pace: () => PACE,
    position,
    moveTo,
    toggled,
  });
  for (const [button, step] of [
    ['#pool-previous', -1],
    ['#pool-next', 1],
  ] as const) {
    find(button, HTMLButtonElement).addEventListener('click', () => {
      animation.stop();
      moveTo(position() + step);
    });
  }
  return animation;
}

/** @param select receives the output pixel that the visitor selects on either canvas */
function poolingCanvases(explorer: Explorer, select: (row: number, column: number) => void) {
  const selected = () => poolingScene(explorer).at;
  const describe = () => {
    const { at, window } = poolingScene(explorer);
    return `row ${at[0]}, column ${at[1]}: ${formatNumber(window.value)}`;
  };
  const output = planeCanvas(canvasIn('#pool-output'), {
    label: 'Pixel of the output',
    selected,
    describe,
    select,
  });
  const input = planeCanvas(canvasIn('#pool-input'), {
    label: 'Position of the window on the input',
    selected: () => selected().map((at) => at * explorer.state.poolStride) as [number, number],
    describe,
    select: (row, column) => {
      const { output } = poolingScene(explorer);
      const toOutput = (at: number, count: number) =>
        Math.min(count - 1, Math.floor(at / explorer.state.poolStride));
      select(toOutput(row, output.height), toOutput(column, output.width));
    },
  });
  return { input, output };
}

function drawPlanes(
  { input, output, layer, at, window }: PoolingScene,
  inputCanvas: PlaneCanvas,
  outputCanvas: PlaneCanvas,
  { isRunning }: WindowAnimation,
): void {
  const size = layer.kernelSize;
  const extent = { width: input.width, height: input.height };
  const palette = signed(maxAbs(input.data));
  const outline = { y: window.y, x: window.x, height: size, width: size };
  const maximum = {
    y: window.y + Math.floor(window.maxIndex / size),
    x: window.x + (window.maxIndex % size),
    height: 1,
    width: 1,
  };
  inputCanvas.draw({ plane: input, palette, extent, outlines: [outline, maximum] });
  // The output has cells of the input's size, so that it looks as small as it is.
  const offset = Math.floor((input.width - output.width) / 2);
  outputCanvas.draw({
    plane: output,
    palette,
    extent,
    offset,
    outlines: [{ y: at[0] + offset, x: at[1] + offset, height: 1, width: 1 }],
    ...(isRunning && { visibleCells: at[0] * output.width + at[1] + 1 }),
  });
  showMaximum(find('#pool-window'), window.inputs, window.maxIndex, palette);
}

function showTexts({ input, output, layer, window }: PoolingScene): void {
  setText(find('#pool-maximum'), maxEquation(window));
  setText(find('#pool-input .note'), `[${input.height}, ${input.width}]`);
  setText(
    find('#pool-output .note'),
    `[${output.height}, ${output.width}]: ${output.data.length} values instead of ${input.data.length}`,
  );
  const size = sizeFormula(input.height, layer.kernelSize, layer.stride, 0);
  setText(find('#pool-shape'), `Output size: ${size}`);
}

function listenToControls(explorer: Explorer): void {
  const { change } = explorer;
  onChoice('pool-size', (size) => change({ poolSize: Number(size) }));
  onChoice('pool-stride', (stride) => change({ poolStride: Number(stride) }));
  const select = find('#pool-map', HTMLSelectElement);
  const { channels } = pooledMap(explorer);
  select.replaceChildren(
    ...Array.from({ length: channels }, (_, c) =>
      element('option', { value: `${c}` }, `feature map ${c + 1}`),
    ),
  );
  select.addEventListener('change', () => change({ poolMap: Number(select.value) }));
}

function showControls(explorer: Explorer): void {
  choose('pool-size', `${explorer.state.poolSize}`);
  choose('pool-stride', `${explorer.state.poolStride}`);
  find('#pool-map', HTMLSelectElement).value = `${pooledMap(explorer).channel}`;
}

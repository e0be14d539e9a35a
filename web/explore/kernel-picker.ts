/** @file The kernels that a visitor can select: presets as buttons, and all kernels of one layer of the network on a canvas. */
import { maxAbs, signed } from '../canvas/colour.ts';
import { paint } from '../canvas/draw-plane.ts';
import { registerFigure } from '../canvas/figures.ts';
import { gridControl } from '../canvas/grid-control.ts';
import { keepSharp } from '../canvas/sharp-canvas.ts';
import { currentTheme } from '../canvas/theme.ts';
import { element, find, setText } from '../dom.ts';
import type { Explorer } from './explorer.ts';
import { PRESETS } from './preset-kernels.ts';
import {
  canSelect,
  convolutionsOf,
  type LearnedKernel,
  learnedId,
  learnedWeights,
  parseLearnedId,
  selectLearned,
} from './selected-kernel.ts';

export function presetButtons(explorer: Explorer, container: HTMLElement): void {
  const buttons = PRESETS.map(({ id, name, weights }) => {
    const canvas = element('canvas');
    const button = element('button', { type: 'button', className: 'preset' }, canvas, name);
    button.addEventListener('click', () => explorer.change({ kernel: id, size: 3, bias: 0 }));
    const draw = () => {
      const data = Float32Array.from(weights(3));
      paint(canvas, { width: 3, height: 3, data }, signed(maxAbs(data)));
    };
    registerFigure(canvas, draw);
    return { id, button };
  });
  container.replaceChildren(...buttons.map(({ button }) => button));
  explorer.watch(container, ['kernel'], () => {
    for (const { id, button } of buttons)
      button.setAttribute('aria-pressed', `${id === explorer.state.kernel}`);
  });
}

/** Share of a grid cell that the kernel fills; the rest is a gap. */
const FILL = 3 / 4;

export function learnedKernelPicker(explorer: Explorer): void {
  const canvas = find('#learned', HTMLCanvasElement);
  const layerSelect = find('#learned-layer', HTMLSelectElement);
  const layers = convolutionsOf(explorer.model.network);
  const first = layers.findIndex(canSelect);
  if (first < 0) {
    find('.learned').hidden = true;
    return;
  }
  layerSelect.replaceChildren(
    ...layers.map((layer, i) =>
      element('option', { value: `${i}`, disabled: !canSelect(layer) }, `${i + 1}`),
    ),
  );
  const selected = () => learnedInNetwork(explorer);
  /** The kernel from which the arrow keys move: the last one that was selected, or the first of the layer. */
  let at = selected() ?? { layer: first, to: 0, from: 0 };

  // One row per input channel, one column per output channel.
  const grid = () => {
    const { inChannels, outChannels } = layers[at.layer];
    return { rows: inChannels, columns: outChannels, extent: { width: outChannels, height: inChannels } };
  };
  const select = (from: number, to: number) => {
    at = { layer: at.layer, to, from };
    explorer.change(selectLearned(explorer.model, at));
  };
  const describe = () =>
    `output map ${at.to + 1}, input map ${at.from + 1} of ${layers[at.layer].inChannels}`;
  const updateAria = gridControl(canvas, {
    label: 'Kernel of the network',
    grid,
    selected: () => [at.from, at.to],
    describe,
    select,
    hover: false,
  });
  const redraw = registerFigure(canvas, () => {
    drawKernels(canvas, explorer, at.layer, selected());
  });
  keepSharp(canvas, redraw);
  const show = () => {
    const { rows, columns } = grid();
    layerSelect.value = `${at.layer}`;
    canvas.style.aspectRatio = `${columns} / ${rows}`;
    setText(
      find('#learned-note'),
      rows === 1
        ? `${columns} kernels, one per output map`
        : `${rows} × ${columns} kernels: one row per input map, one column per output map`,
    );
    updateAria();
    redraw();
  };
  layerSelect.addEventListener('change', () => {
    at = { layer: Number(layerSelect.value), to: 0, from: 0 };
    show();
  });
  explorer.onChange((changed) => {
    if (!changed.has('kernel')) return;
    at = selected() ?? at;
    show();
  });
  show();
}

/** Returns the selected kernel when it is one of the network's. */
function learnedInNetwork({ state, model }: Explorer): LearnedKernel | undefined {
  const learned = parseLearnedId(state.kernel);
  return learned && learnedWeights(model, learned) ? learned : undefined;
}

/** Draws all kernels of a layer as a grid and outlines the selected one. */
function drawKernels(
  canvas: HTMLCanvasElement,
  { model }: Explorer,
  layer: number,
  selected: LearnedKernel | undefined,
): void {
  const { inChannels, outChannels } = convolutionsOf(model.network)[layer];
  const context = canvas.getContext('2d') as CanvasRenderingContext2D;
  const cell = canvas.width / outChannels;
  const inner = cell * FILL;
  const scratch = new OffscreenCanvas(1, 1);
  const kernel = (to: number, from: number) =>
    learnedWeights(model, { layer, to, from }) ?? new Float32Array();
  context.clearRect(0, 0, canvas.width, canvas.height);
  context.imageSmoothingEnabled = false;
  for (let to = 0; to < outChannels; to++) {
    for (let from = 0; from < inChannels; from++) {
      const data = kernel(to, from);
      const size = Math.sqrt(data.length);
      paint(scratch, { width: size, height: size, data }, signed(maxAbs(data)));
      const [x, y] = [to, from].map((i) => Math.round(i * cell + (cell - inner) / 2));
      context.drawImage(scratch, x, y, Math.round(inner), Math.round(inner));
      if (selected && learnedId({ layer, to, from }) === learnedId(selected)) {
        context.lineWidth = Math.max(2, inner / 12);
        context.strokeStyle = currentTheme().mark;
        context.strokeRect(x - 1, y - 1, inner + 2, inner + 2);
      }
    }
  }
}

/** @file The kernels to choose from: those known by name as buttons, those of a layer of the network as one picture of many. */
import { largest, signed } from '../canvas/colour.ts';
import { paint } from '../canvas/draw.ts';
import { figure } from '../canvas/figures.ts';
import { gridControl, keepSharp } from '../canvas/grid.ts';
import { themeNow } from '../canvas/theme.ts';
import { element, find, say } from '../dom.ts';
import type { Explorer } from './explorer.ts';
import {
  chooseLearned,
  convolutionsOf,
  type LearnedKernel,
  learnedId,
  learnedOf,
  learnedWeights,
} from './kernel-choice.ts';
import { PRESETS } from './kernels.ts';

export function presetButtons(explorer: Explorer, where: HTMLElement): void {
  const buttons = PRESETS.map(({ id, name, weights }) => {
    const canvas = element('canvas');
    const button = element('button', { type: 'button', className: 'preset' }, canvas, name);
    button.addEventListener('click', () => explorer.change({ kernel: id, size: 3, bias: 0 }));
    const draw = () => {
      const data = Float32Array.from(weights(3));
      paint(canvas, { width: 3, height: 3, data }, signed(largest(data)));
    };
    figure(canvas, draw);
    return { id, button };
  });
  where.replaceChildren(...buttons.map(({ button }) => button));
  explorer.watch(where, ['kernel'], () => {
    for (const { id, button } of buttons)
      button.setAttribute('aria-pressed', `${id === explorer.state.kernel}`);
  });
}

/** Cells of a kernel's picture, with the gap behind it. */
const [SIZE, GAP] = [3, 1];

export function learnedKernels(explorer: Explorer): void {
  const canvas = find('#learned', HTMLCanvasElement);
  const select = find('#learned-layer', HTMLSelectElement);
  const layers = convolutionsOf(explorer.model.network);
  select.replaceChildren(...layers.map((_, i) => element('option', { value: `${i}` }, `${i + 1}`)));
  let layer = learnedOf(explorer.state.kernel)?.layer ?? 0;
  let at: LearnedKernel = learnedOf(explorer.state.kernel) ?? { layer, to: 0, from: 0 };

  // Down go the maps that a kernel reads, across those that it makes: one row where the layer reads the picture itself.
  const grid = () => {
    const { inChannels, outChannels } = layers[layer];
    return { rows: inChannels, columns: outChannels, extent: { width: outChannels, height: inChannels } };
  };
  const choose = (from: number, to: number) => {
    at = { layer, to, from };
    explorer.change(chooseLearned(explorer.model, at));
  };
  const describe = () => `to map ${at.to + 1} from map ${at.from + 1} of ${layers[layer].inChannels}`;
  const tell = gridControl(canvas, {
    label: 'Kernel of the network',
    grid,
    chosen: () => [at.from, at.to],
    describe,
    choose,
    hover: false,
  });
  const redraw = figure(canvas, () => {
    drawKernels(canvas, explorer, layer, learnedOf(explorer.state.kernel));
  });
  keepSharp(canvas, redraw);
  const show = () => {
    const { rows, columns } = grid();
    select.value = `${layer}`;
    canvas.style.aspectRatio = `${columns} / ${rows}`;
    const { inChannels, outChannels } = layers[layer];
    say(
      find('#learned-note', HTMLElement),
      inChannels === 1
        ? `${outChannels} kernels that read the picture itself`
        : `${inChannels} × ${outChannels} kernels: across, the map they help to make; down, the map they read`,
    );
    tell();
    redraw();
  };
  select.addEventListener('change', () => {
    layer = Number(select.value);
    at = { layer, to: 0, from: 0 };
    show();
  });
  explorer.onChange((changed) => {
    if (!changed.has('kernel')) return;
    const learned = learnedOf(explorer.state.kernel);
    if (learned && layers[learned.layer]) [at, layer] = [learned, learned.layer];
    show();
  });
  show();
}

function drawKernels(
  canvas: HTMLCanvasElement,
  { model }: Explorer,
  layer: number,
  chosen: LearnedKernel | undefined,
): void {
  const { inChannels, outChannels } = convolutionsOf(model.network)[layer];
  const context = canvas.getContext('2d') as CanvasRenderingContext2D;
  const cell = canvas.width / outChannels;
  const inner = (cell * SIZE) / (SIZE + GAP);
  const scratch = new OffscreenCanvas(1, 1);
  const kernel = (to: number, from: number) =>
    learnedWeights(model, { layer, to, from }) ?? new Float32Array();
  context.clearRect(0, 0, canvas.width, canvas.height);
  context.imageSmoothingEnabled = false;
  for (let to = 0; to < outChannels; to++) {
    for (let from = 0; from < inChannels; from++) {
      const data = kernel(to, from);
      const size = Math.sqrt(data.length);
      paint(scratch, { width: size, height: size, data }, signed(largest(data)));
      const [x, y] = [to, from].map((i) => Math.round(i * cell + (cell - inner) / 2));
      context.drawImage(scratch, x, y, Math.round(inner), Math.round(inner));
      if (chosen && learnedId({ layer, to, from }) === learnedId(chosen)) {
        context.lineWidth = Math.max(2, inner / 12);
        context.strokeStyle = themeNow().mark;
        context.strokeRect(x - 1, y - 1, inner + 2, inner + 2);
      }
    }
  }
}

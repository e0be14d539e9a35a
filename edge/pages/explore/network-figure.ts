/** @file Figure 4: every feature map of the network, one row a layer; one of them is chosen, its makers are joined to it. */
import { grey, largest, type Palette, signed } from '../canvas/colour.ts';
import { paint } from '../canvas/draw.ts';
import { channelOf } from '../canvas/plane.ts';
import { themeNow } from '../canvas/theme.ts';
import { element, find, prefersStillness, say } from '../dom.ts';
import type { Explorer } from './explorer.ts';
import { format } from './kernels.ts';
import { mapsOf, type Row, rowsOf } from './layers.ts';

/** A layer of more numbers than this in one row is drawn as a strip, and none of them can be chosen by itself. */
const MOST_MAPS = 64;

export function networkFigure(
  explorer: Explorer,
  weigh: () => { row: number; shares: readonly number[] } | undefined,
): void {
  const { model } = explorer;
  const where = find('#layers', HTMLElement);
  const rows = rowsOf(model.network);
  const links = element('canvas', { className: 'links', 'aria-hidden': 'true' });
  const drawn = rows.map((row) => drawRow(row, model.manifest.labels));
  const widest = Math.max(...rows.map((row) => mapsOf(row).count).filter((count) => count <= MOST_MAPS));
  where.style.setProperty('--maps', `${widest}`);
  where.setAttribute('role', 'grid');
  where.setAttribute('aria-label', 'Feature maps, one row a layer; arrow keys move');
  where.append(links, ...drawn.map(({ line }) => line));

  const buttonAt = (row: number, map: number) => {
    const { buttons } = drawn[row];
    return buttons[Math.min(map, buttons.length - 1)];
  };
  where.addEventListener('click', ({ target }) => {
    const button = (target as Element).closest('button');
    if (!button) return;
    explorer.change({ layer: Number(button.dataset.row), map: Number(button.dataset.map) });
    // Beside each other or one above the other: what was asked for comes into view.
    const detail = find('#detail', HTMLElement);
    if (detail.getBoundingClientRect().top > innerHeight - 120)
      detail.scrollIntoView({ behavior: prefersStillness() ? 'auto' : 'smooth', block: 'start' });
  });
  where.addEventListener('keydown', (event) => {
    const button = (event.target as Element).closest('button');
    const step = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] }[event.key];
    if (!button || !step) return;
    event.preventDefault();
    let row = Number(button.dataset.row) + step[0];
    while (drawn[row]?.buttons.length === 0) row += step[0];
    const { buttons = [] } = drawn[row] ?? {};
    const map = Math.max(0, Math.min(buttons.length - 1, Number(button.dataset.map) + step[1]));
    if (buttons.length === 0) return;
    explorer.change({ layer: row, map });
    buttons[map].focus({ preventScroll: false });
  });

  explorer.watch(where, ['picture'], () => {
    for (const [i, row] of rows.entries()) paintRow(row, drawn[i], explorer);
  });
  const redraw = explorer.watch(where, ['layer', 'map', 'cell', 'picture'], () => {
    const { row, map } = chosenMap(explorer);
    for (const { buttons } of drawn)
      for (const button of buttons) {
        const isChosen = button === buttonAt(row, map);
        button.setAttribute('aria-pressed', `${isChosen}`);
        button.tabIndex = isChosen ? 0 : -1;
      }
    const weighed = weigh();
    const makers = weighed ? drawn[weighed.row].buttons : [];
    drawLinks(links, where, makers, buttonAt(row, map), weighed?.shares ?? []);
  });
  new ResizeObserver(redraw).observe(where);
}

/** The chosen map, where the network has it. */
export function chosenMap({ state, model }: Explorer): { row: number; map: number } {
  const rows = rowsOf(model.network);
  let row = Math.min(state.layer, rows.length - 1);
  if (mapsOf(rows[row]).count > MOST_MAPS) row -= 1;
  return { row, map: Math.min(state.map, mapsOf(rows[row]).count - 1) };
}

interface DrawnRow {
  line: HTMLElement;
  buttons: HTMLButtonElement[];
  /** One a map, or one for all. */
  canvases: HTMLCanvasElement[];
  scale: HTMLElement;
}

function drawRow(row: Row, labels: readonly string[]): DrawnRow {
  const { count, height } = mapsOf(row);
  const isStrip = count > MOST_MAPS;
  const canvases = Array.from({ length: isStrip ? 1 : count }, () => element('canvas'));
  const isLast = row.layer?.kind === 'linear' && count === labels.length;
  const buttons = isStrip
    ? []
    : canvases.map((canvas, map) => {
        const name = isLast ? labels[map] : `map ${map + 1}`;
        const properties = {
          type: 'button',
          tabIndex: -1,
          'data-row': row.index,
          'data-map': map,
          'aria-label': `${row.name}, ${name}`,
        };
        return element(
          'button',
          properties,
          canvas,
          ...(isLast ? [element('span', {}, labels[map].replace('/top', ''))] : []),
        );
      });
  const scale = element('span', { className: 'scale' });
  const heading = element(
    'div',
    { role: 'rowheader', className: 'name' },
    element('b', {}, row.name),
    element('span', {}, `[${row.shape.join(', ')}]`),
    scale,
  );
  heading.title = row.text;
  const maps = isStrip
    ? [element('div', { role: 'gridcell', className: 'strip' }, canvases[0])]
    : buttons.map((button) => element('div', { role: 'gridcell' }, button));
  const kind = height === 1 ? 'layer flat' : 'layer';
  const line = element(
    'div',
    { role: 'row', className: kind },
    heading,
    element('div', { className: 'maps', role: 'presentation' }, ...maps),
  );
  return { line, buttons, canvases, scale };
}

function paintRow(row: Row, { canvases, scale }: DrawnRow, { activations }: Explorer): void {
  const data = activations[row.index];
  const { count, height, width } = mapsOf(row);
  const palette = paletteOf(row, data);
  say(scale, row.index === 0 ? '0 to 1' : `±${format(palette.high)}`);
  if (canvases.length < count) paint(canvases[0], { height: 1, width: count, data }, palette);
  else
    for (const [c, canvas] of canvases.entries())
      paint(canvas, channelOf(data, [count, height, width], c), palette);
}

/** All maps of a layer have one scale, so that they can be compared. */
export const paletteOf = (row: Row, data: Float32Array): Palette =>
  row.index === 0 ? grey() : signed(largest(data));

/** Lines from the maps of one row to the chosen one, as strong as their shares in the chosen pixel. */
function drawLinks(
  canvas: HTMLCanvasElement,
  where: HTMLElement,
  makers: readonly HTMLElement[],
  made: HTMLElement,
  shares: readonly number[],
): void {
  const box = where.getBoundingClientRect();
  const scale = devicePixelRatio;
  const [width, height] = [box.width, box.height].map((size) => Math.round(size * scale));
  if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, { width, height });
  const context = canvas.getContext('2d') as CanvasRenderingContext2D;
  context.setTransform(scale, 0, 0, scale, 0, 0);
  context.clearRect(0, 0, box.width, box.height);
  const to = made.getBoundingClientRect();
  const [x1, y1] = [to.left + to.width / 2 - box.left, to.top - box.top];
  const most = largest(shares) || 1;
  const palette = signed(1);
  const { line } = themeNow();
  for (const [i, maker] of makers.entries()) {
    const from = maker.getBoundingClientRect();
    const [x0, y0] = [from.left + from.width / 2 - box.left, from.bottom - box.top];
    const share = (shares[i] ?? 0) / most;
    context.beginPath();
    context.moveTo(x0, y0);
    context.bezierCurveTo(x0, (y0 + y1) / 2, x1, (y0 + y1) / 2, x1, y1);
    context.lineWidth = 0.75 + 3.25 * Math.abs(share);
    context.strokeStyle = Math.abs(share) < 0.02 ? line : strongColour(palette, share);
    context.stroke();
  }
}

/** Of a line: never as pale as a small share would be. */
const strongColour = (palette: Palette, share: number): string => {
  const packed =
    palette.colours[
      share > 0 ? Math.round(palette.colours.length * 0.85) : Math.round(palette.colours.length * 0.15)
    ];
  return `rgb(${packed & 255} ${(packed >> 8) & 255} ${(packed >> 16) & 255})`;
};

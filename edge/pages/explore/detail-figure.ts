/** @file The chosen map taken apart: each input map, its kernel, their product, and the sums behind the chosen pixel. */
import { grey, largest, signed } from '../canvas/colour.ts';
import { paint } from '../canvas/draw.ts';
import { channelOf } from '../canvas/plane.ts';
import { planeCanvas } from '../canvas/view.ts';
import { canvasIn, element, find, say } from '../dom.ts';
import type { Explorer, Source } from './explorer.ts';
import { format } from './kernels.ts';
import { mapsOf, type Row, rowsOf } from './layers.ts';
import { type Making, makingOf, type Term } from './makers.ts';
import { chosenMap, paletteOf } from './network-figure.ts';
import { showMaximum, showProducts } from './products.ts';

const SOURCES: Source[] = ['picture', 'layer', 'map', 'cell'];

/** The chosen pixel's making; the figure of all maps draws its lines by it. */
export function makingNow(
  { model, activations, state }: Explorer,
  { row, map }: { row: number; map: number },
): Making | undefined {
  const { height, width } = mapsOf(rowsOf(model.network)[row]);
  const cell = [Math.min(state.cell[0], height - 1), Math.min(state.cell[1], width - 1)] as const;
  return makingOf({ network: model.network, weights: model.weights, activations, row, map, cell });
}

export function detailFigure(explorer: Explorer): void {
  const { model, change } = explorer;
  const where = find('#terms', HTMLElement);
  const rows = rowsOf(model.network);
  /** Which input map's numbers are shown; the one that gives most unless one is pointed at. */
  let term: number | undefined;
  const now = () => {
    const { row, map } = chosenMap(explorer);
    const { height, width } = mapsOf(rows[row]);
    const { cell } = explorer.state;
    return {
      row: rows[row],
      map,
      cell: [Math.min(cell[0], height - 1), Math.min(cell[1], width - 1)] as const,
    };
  };
  const valueNow = () => {
    const { row, map, cell } = now();
    const { height, width } = mapsOf(row);
    return explorer.activations[row.index][(map * height + cell[0]) * width + cell[1]];
  };
  const made = planeCanvas(canvasIn('#made'), {
    label: 'Pixel of the map',
    chosen: () => now().cell,
    describe: () => `row ${now().cell[0]}, column ${now().cell[1]}: ${format(valueNow(), 3)}`,
    choose: (row, column) => change({ cell: [row, column] }),
  });

  const draw = () => {
    const { row, map, cell } = now();
    const making = makingNow(explorer, { row: row.index, map });
    showTitle(row, map, model.manifest.labels);
    const terms = making?.terms ?? [];
    const strongest = terms.findIndex(
      ({ value }) => Math.abs(value) === largest(terms.map(({ value }) => value)),
    );
    const shown = Math.max(0, term !== undefined && term < terms.length ? term : strongest);
    const inputs = making && paletteOf(rows[making.from], explorer.activations[making.from]);
    showTerms(where, terms, inputs ?? grey(), shown, cell, (index) => {
      if (term === index) return;
      term = index;
      draw();
    });
    const { count, height, width } = mapsOf(row);
    const data = explorer.activations[row.index];
    const outlines = [{ y: cell[0], x: cell[1], height: 1, width: 1 }];
    made.draw({
      plane: channelOf(data, [count, height, width], map),
      palette: paletteOf(row, data),
      outlines: height > 1 ? outlines : [],
    });
    find('#made', HTMLElement).hidden = height === 1;
    say(find('#made .note', HTMLElement), `row ${cell[0]}, column ${cell[1]}: ${format(valueNow(), 3)}`);
    showNumbers(terms[shown], shown, terms.length);
    say(
      find('#detail-sum', HTMLElement),
      making?.equation ?? `${format(valueNow(), 3)}: a byte of the picture, divided by 255`,
    );
  };
  explorer.watch(find('#detail', HTMLElement), SOURCES, draw);
}

function showTitle(row: Row, map: number, labels: readonly string[]): void {
  const isLast = row.layer?.kind === 'linear' && row.shape[0] === labels.length;
  say(
    find('#detail-title', HTMLElement),
    `${row.name[0].toUpperCase()}${row.name.slice(1)}, ${isLast ? labels[map] : `map ${map + 1}`}`,
  );
  say(find('#detail-text', HTMLElement), row.text);
}

function showTerms(
  where: HTMLElement,
  terms: readonly Term[],
  inputs: ReturnType<typeof grey>,
  shown: number,
  cell: readonly [number, number],
  point: (index: number) => void,
): void {
  if (where.childElementCount !== terms.length) {
    where.replaceChildren(...terms.map((_, i) => termRow(i, point)));
  }
  const products = signed(largest(terms.flatMap(({ product }) => (product ? [largest(product.data)] : []))));
  const kernels = signed(largest(terms.flatMap(({ weights }) => (weights ? [largest(weights.data)] : []))));
  for (const [i, term] of terms.entries()) {
    const row = where.children[i] as HTMLButtonElement;
    const [input, weights, product] = row.querySelectorAll('canvas');
    paint(input, term.input, inputs);
    const signs = row.querySelectorAll('i');
    for (const [canvas, plane, sign, palette] of [
      [weights, term.weights, signs[0], kernels],
      [product, term.product, signs[1], products],
    ] as const) {
      canvas.hidden = !plane;
      sign.hidden = !plane;
      if (plane) paint(canvas, plane, palette);
    }
    frame(row.querySelectorAll('u')[0], term.window, term.input);
    frame(
      row.querySelectorAll('u')[1],
      term.product && term.window && { y: cell[0], x: cell[1], height: 1, width: 1 },
      term.product ?? term.input,
    );
    say(row.querySelector('b') as HTMLElement, format(term.value, 3));
    row.setAttribute('aria-pressed', `${i === shown}`);
    row.disabled = terms.length === 1;
    row.setAttribute('aria-label', `Map ${i + 1} of ${terms.length} gives ${format(term.value, 3)}`);
  }
}

/** input × kernel = product, value. The frames lie over input and product. */
function termRow(index: number, point: (index: number) => void): HTMLElement {
  const framed = () => element('span', { className: 'framed' }, element('canvas'), element('u'));
  const row = element(
    'button',
    { type: 'button', className: 'term' },
    framed(),
    element('i', {}, '×'),
    element('canvas', { className: 'kernel' }),
    element('i', {}, '='),
    framed(),
    element('b'),
  );
  for (const event of ['pointerenter', 'focus', 'click']) row.addEventListener(event, () => point(index));
  return row;
}

/** Lays a frame over a part of a canvas, in hundredths of it. */
function frame(frame: HTMLElement, part: Term['window'], { width, height }: Term['input']): void {
  frame.hidden = !part;
  if (!part) return;
  const [left, top] = [Math.max(0, part.x), Math.max(0, part.y)];
  const [right, bottom] = [Math.min(width, part.x + part.width), Math.min(height, part.y + part.height)];
  Object.assign(frame.style, {
    left: `${(100 * left) / width}%`,
    top: `${(100 * top) / height}%`,
    width: `${(100 * (right - left)) / width}%`,
    height: `${(100 * (bottom - top)) / height}%`,
  });
}

function showNumbers(term: Term | undefined, index: number, count: number): void {
  const where = find('#detail-products', HTMLElement);
  where.hidden = !term || term.inputs.length < 2;
  if (!term || where.hidden) return;
  where.setAttribute('aria-label', count > 1 ? `What map ${index + 1} gives` : 'The numbers');
  if (term.factors)
    showProducts(where, term.inputs, term.factors, signed(Math.max(0.2, largest(term.factors))));
  else showMaximum(where, term.inputs, term.place ?? 0, signed(largest(term.inputs)));
}

/** @file The chosen map taken apart: each input map, its kernel, their product, and the sums behind the chosen pixel. */
import type { Tensor } from '#shared/model/forward.ts';
import { darkScheme, grey, largest, signed } from '../canvas/colour.ts';
import { channelOf } from '../canvas/plane.ts';
import { planeCanvas } from '../canvas/view.ts';
import { canvasIn, find, say } from '../dom.ts';
import type { Explorer, Source } from './explorer.ts';
import { format } from './kernels.ts';
import { paletteOf } from './layer-row.ts';
import { mapsOf, type Row, rowsOf } from './layers.ts';
import { type Making, makingOf, type Term } from './makers.ts';
import { chosenMap } from './network-figure.ts';
import { showMaximum, showProducts } from './products.ts';
import { remember } from './remember.ts';
import { termRows } from './term-rows.ts';

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

  const rowsOfTerms = termRows(find('#terms', HTMLElement), (index) => {
    if (term === index) return;
    term = index;
    draw();
  });
  /** The maps change less often than the pixel that is pointed at; the scheme is the palettes'. */
  const paintTerms = remember(
    (activations: readonly Tensor[], row: number, map: number, _isDark: boolean) => {
      const making = makingNow(explorer, { row, map });
      const palette = making ? paletteOf(rows[making.from], activations[making.from]) : grey();
      rowsOfTerms.paint(making?.terms ?? [], palette);
    },
  );

  function draw(): void {
    const { row, map, cell } = now();
    const making = makingNow(explorer, { row: row.index, map });
    showTitle(row, map, model.manifest.labels);
    const terms = making?.terms ?? [];
    const values = terms.map(({ value }) => Math.abs(value));
    const strongest = values.indexOf(Math.max(...values));
    const shown = Math.max(0, term !== undefined && term < terms.length ? term : strongest);
    paintTerms(explorer.activations, row.index, map, darkScheme.matches);
    rowsOfTerms.mark(terms, shown, cell);
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
  }
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

function showNumbers(term: Term | undefined, index: number, count: number): void {
  const where = find('#detail-products', HTMLElement);
  where.hidden = !term || term.inputs.length < 2;
  if (!term || where.hidden) return;
  where.setAttribute('aria-label', count > 1 ? `What map ${index + 1} gives` : 'The numbers');
  if (term.factors)
    showProducts(where, term.inputs, term.factors, signed(Math.max(0.2, largest(term.factors))));
  else showMaximum(where, term.inputs, term.place ?? 0, signed(largest(term.inputs)));
}

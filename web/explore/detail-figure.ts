/** @file The detail panel of figure 4: how the layer computes the selected feature map, and the sum behind its selected pixel. */

import { isNormalized, type PictureInput } from '#shared/input/preprocessing.ts';
import type { Tensor } from '#shared/model/forward.ts';
import { grey, maxAbs, signed } from '../canvas/colour.ts';
import { channelOf } from '../canvas/plane.ts';
import { type PlaneCanvas, planeCanvas } from '../canvas/plane-canvas.ts';
import { darkScheme } from '../canvas/scheme.ts';
import { canvasIn, find, setText } from '../dom.ts';
import type { Dependency, Explorer } from './explorer.ts';
import { formatNumber } from './format-number.ts';
import { palettesOf } from './layer-row.ts';
import { mapName, mapsOf, rowsOf } from './layers.ts';
import { memoizeLast } from './memoize-last.ts';
import type { Model } from './model.ts';
import type { Term } from './pixel-terms.ts';
import { type SelectedMap, selectedMap, selectedPixelTerms } from './selected-map.ts';
import { termRows } from './term-rows.ts';
import { showMaximum, showProducts } from './window-table.ts';

const DEPENDENCIES: Dependency[] = ['picture', 'layer', 'map', 'cell'];

export function detailFigure(explorer: Explorer): void {
  const { model, change } = explorer;
  /** Index of the term that the visitor pointed at; the largest term is shown until then. */
  let pointed: number | undefined;
  const mapCanvas = planeCanvas(canvasIn('#selected-map'), {
    label: 'Pixel of the feature map',
    selected: () => selectedMap(explorer).cell,
    describe: () => describePixel(selectedMap(explorer)),
    select: (row, column) => change({ cell: [row, column] }),
  });
  const rows = termRows(find('#terms'), (index) => {
    if (pointed === index) return;
    pointed = index;
    draw();
  });
  // The maps change less often than the selected pixel. The palettes depend on the colour scheme.
  const paintTerms = memoizeLast(
    (activations: readonly Tensor[], _row: number, _map: number, _isDark: boolean) => {
      const { terms = [], from } = selectedPixelTerms(explorer) ?? {};
      const inputs =
        from === undefined
          ? () => grey()
          : palettesOf(rowsOf(model.network)[from], activations[from], model.input);
      rows.paint(terms, inputs);
    },
  );

  function draw(): void {
    const selected = selectedMap(explorer);
    const { row, map, cell, value } = selected;
    const { terms = [], equation } = selectedPixelTerms(explorer) ?? {};
    const shown = pointed !== undefined && pointed < terms.length ? pointed : largestTerm(terms);
    showTitle(selected, model);
    paintTerms(explorer.activations, row.index, map, darkScheme.matches);
    rows.update(terms, shown, cell);
    drawMap(mapCanvas, selected, explorer.activations[row.index], model.input);
    showWindow(terms[shown], shown, terms.length);
    setText(
      find('#detail-sum'),
      equation ?? `${formatNumber(value, 3)}: a byte of the image, ${inputFormula(model.input)}`,
    );
  }
  explorer.watch(find('#detail'), DEPENDENCIES, draw);
}

const describePixel = ({ cell: [row, column], value }: SelectedMap): string =>
  `row ${row}, column ${column}: ${formatNumber(value, 3)}`;

/** Returns the index of the term with the largest absolute value; 0 when there are none. */
function largestTerm(terms: readonly Term[]): number {
  const values = terms.map(({ value }) => Math.abs(value));
  return Math.max(0, values.indexOf(Math.max(...values)));
}

const inputFormula = (input: PictureInput): string =>
  isNormalized(input) ? 'divided by 255, minus the mean, divided by the deviation' : 'divided by 255';

function showTitle({ row, map }: SelectedMap, { manifest, input }: Model): void {
  const name = `${row.name[0].toUpperCase()}${row.name.slice(1)}`;
  const text = row.index === 0 && isNormalized(input) ? 'the image, normalized' : row.text;
  setText(find('#detail-title'), `${name}, ${mapName(row, map, manifest.labels)}`);
  setText(find('#detail-text'), text);
}

/** @param data the output of the layer */
function drawMap(canvas: PlaneCanvas, selected: SelectedMap, data: Tensor, input: PictureInput): void {
  const { row, map, cell } = selected;
  const { count, height, width } = mapsOf(row);
  canvas.draw({
    plane: channelOf(data, [count, height, width], map),
    palette: palettesOf(row, data, input)(map),
    outlines: height > 1 ? [{ y: cell[0], x: cell[1], height: 1, width: 1 }] : [],
  });
  find('#selected-map').hidden = height === 1;
  setText(find('#selected-map .note'), describePixel(selected));
}

/** Shows the values in the window of a term. A term without a window, or with a single value, shows none. */
function showWindow(term: Term | undefined, index: number, count: number): void {
  const container = find('#detail-products');
  container.hidden = !term || term.inputs.length < 2;
  if (!term || container.hidden) return;
  container.setAttribute(
    'aria-label',
    count > 1 ? `Contribution of map ${index + 1}` : 'Values in the window',
  );
  if (term.factors)
    showProducts(container, term.inputs, term.factors, signed(Math.max(0.2, maxAbs(term.factors))));
  else showMaximum(container, term.inputs, term.maxIndex ?? 0, signed(maxAbs(term.inputs)));
}

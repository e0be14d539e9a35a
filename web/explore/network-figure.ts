/** @file Figure 4: all feature maps of the network, one row per layer, with lines from the inputs of the selected map. */
import { element, find, prefersReducedMotion, setText } from '../dom.ts';
import { connectionsOf, drawConnections } from './connections.ts';
import type { Explorer } from './explorer.ts';
import { createRow, paintRow, type RowElements } from './layer-row.ts';
import { rowsOf } from './layers.ts';
import { memoizeLast } from './memoize-last.ts';
import { modelFacts, titleOf } from './model.ts';
import { selectedMap, selectedPixelTerms } from './selected-map.ts';

const ARROWS: Record<string, readonly [rows: number, maps: number]> = {
  ArrowUp: [-1, 0],
  ArrowDown: [1, 0],
  ArrowLeft: [0, -1],
  ArrowRight: [0, 1],
};

/** Largest number of maps in a line, on wide and on narrow screens. */
const [COLUMNS, NARROW_COLUMNS] = [16, 11];

/** A detail panel that begins less than this above the bottom of the window, in CSS pixels, is scrolled into view. */
const MIN_VISIBLE = 120;

export function networkFigure(explorer: Explorer): void {
  const { model } = explorer;
  const container = find('#layers');
  const rows = rowsOf(model.network);
  const canvas = element('canvas', { className: 'connections', 'aria-hidden': 'true' });
  const elements = rows.map((row) => createRow(row, model.manifest.labels));
  const mostMaps = Math.max(...rows.map(({ shown }) => shown));
  container.style.setProperty('--maps', `${Math.min(COLUMNS, mostMaps)}`);
  container.style.setProperty('--narrow-maps', `${Math.min(NARROW_COLUMNS, mostMaps)}`);
  container.setAttribute('role', 'grid');
  container.setAttribute('aria-label', 'Feature maps, one row per layer; use the arrow keys to move');
  container.append(canvas, ...elements.map(({ element }) => element));
  showModel(explorer);
  selectByClick(explorer, container);
  selectByKey(explorer, container, elements);
  explorer.watch(container, ['picture'], () => {
    for (const [i, row] of rows.entries())
      paintRow(row, elements[i], explorer.activations[row.index], model.input);
  });
  drawSelection(explorer, container, canvas, elements);
}

function showModel({ model }: Explorer): void {
  setText(find('#network-model'), `${titleOf(model)}, ${modelFacts(model.manifest)}`);
}

function selectByClick(explorer: Explorer, container: HTMLElement): void {
  container.addEventListener('click', ({ target }) => {
    const button = (target as Element).closest('button');
    if (!button) return;
    explorer.change({ layer: Number(button.dataset.row), map: Number(button.dataset.map) });
    // On narrow screens the detail panel is below the layers.
    const detail = find('#detail');
    if (detail.getBoundingClientRect().top > innerHeight - MIN_VISIBLE)
      detail.scrollIntoView({ behavior: prefersReducedMotion() ? 'auto' : 'smooth', block: 'start' });
  });
}

function selectByKey(explorer: Explorer, container: HTMLElement, elements: readonly RowElements[]): void {
  container.addEventListener('keydown', (event) => {
    const button = (event.target as Element).closest('button');
    const step = ARROWS[event.key];
    if (!button || !step) return;
    event.preventDefault();
    let row = Number(button.dataset.row) + step[0];
    while (elements[row]?.buttons.length === 0) row += step[0];
    const { buttons = [] } = elements[row] ?? {};
    if (buttons.length === 0) return;
    const map = Math.max(0, Math.min(buttons.length - 1, Number(button.dataset.map) + step[1]));
    explorer.change({ layer: row, map });
    buttons[map].focus({ preventScroll: false });
  });
}

/** Marks the button of the selected map and draws the lines to it. */
function drawSelection(
  explorer: Explorer,
  container: HTMLElement,
  canvas: HTMLCanvasElement,
  elements: readonly RowElements[],
): void {
  /** Returns the button of a map, or the canvas of a strip. */
  const buttonAt = (row: number, map: number): HTMLElement =>
    elements[row].buttons[map] ?? elements[row].canvases[0];
  /** Returns the terms whose maps are shown, and the row of these maps. */
  const shownTerms = () => {
    const { terms = [], from = 0 } = selectedPixelTerms(explorer) ?? {};
    return { from, terms: terms.filter(({ map }) => map < elements[from].canvases.length) };
  };
  // Measuring the buttons is slow. Their positions change only with the selection and the width.
  const connections = memoizeLast((row: number, map: number, _width: number) => {
    const { terms, from } = shownTerms();
    const sources = terms.map(({ map }) => buttonAt(from, map));
    return connectionsOf(container, sources, buttonAt(row, map));
  });
  const press = memoizeLast((row: number, map: number) => {
    const selected = buttonAt(row, map);
    for (const button of elements.flatMap(({ buttons }) => buttons)) {
      button.setAttribute('aria-pressed', `${button === selected}`);
      button.tabIndex = button === selected ? 0 : -1;
    }
  });
  let width = 0;
  const redraw = explorer.watch(container, ['layer', 'map', 'cell', 'picture'], () => {
    const { row, map } = selectedMap(explorer);
    press(row.index, map);
    const contributions = shownTerms().terms.map(({ value }) => value);
    drawConnections(canvas, connections(row.index, map, width), contributions);
  });
  new ResizeObserver(([{ contentRect }]) => {
    width = contentRect.width;
    redraw();
  }).observe(container);
}

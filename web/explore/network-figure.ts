/** @file Figure 4: every feature map of the network, one row a layer; one of them is chosen, its makers are joined to it. */
import { element, find, prefersStillness } from '../dom.ts';
import type { Explorer } from './explorer.ts';
import { drawRow, MOST_MAPS, paintRow } from './layer-row.ts';
import { mapsOf, rowsOf } from './layers.ts';
import { courseOf, drawLinks } from './links.ts';
import type { Making } from './makers.ts';
import { remember } from './remember.ts';

export function networkFigure(explorer: Explorer, makingOf: () => Making | undefined): void {
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
    for (const [i, row] of rows.entries()) paintRow(row, drawn[i], explorer.activations[row.index]);
  });
  const course = remember((row: number, map: number, _width: number) => {
    const { terms = [], from = 0 } = makingOf() ?? {};
    const makers = terms.map(({ map }) => buttonAt(from, map));
    return courseOf(where, makers, buttonAt(row, map));
  });
  const press = remember((row: number, map: number) => {
    const chosen = buttonAt(row, map);
    for (const button of drawn.flatMap(({ buttons }) => buttons)) {
      button.setAttribute('aria-pressed', `${button === chosen}`);
      button.tabIndex = button === chosen ? 0 : -1;
    }
  });
  let width = 0;
  const redraw = explorer.watch(where, ['layer', 'map', 'cell', 'picture'], () => {
    const { row, map } = chosenMap(explorer);
    press(row, map);
    const shares = makingOf()?.terms.map(({ value }) => value) ?? [];
    drawLinks(links, course(row, map, width), shares);
  });
  new ResizeObserver(([{ contentRect }]) => {
    width = contentRect.width;
    redraw();
  }).observe(where);
}

/** The chosen map, where the network has it. */
export function chosenMap({ state, model }: Explorer): { row: number; map: number } {
  const rows = rowsOf(model.network);
  let row = Math.min(state.layer, rows.length - 1);
  if (mapsOf(rows[row]).count > MOST_MAPS) row -= 1;
  return { row, map: Math.min(state.map, mapsOf(rows[row]).count - 1) };
}

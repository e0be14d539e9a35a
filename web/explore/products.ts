/** @file A window's numbers as a small table of cells: what lies under it, times what, or which one is the largest. */
import { cssColour, inkOn, type Palette } from '../canvas/colour.ts';
import { element, say } from '../dom.ts';
import { format } from './kernels.ts';

/** Writes `inputs`, each times its weight, into cells coloured by the products. */
export function showProducts(
  where: HTMLElement,
  inputs: ArrayLike<number>,
  weights: ArrayLike<number>,
  palette: Palette,
): void {
  const cells = cellsOf(where, inputs.length);
  for (let i = 0; i < inputs.length; i++) {
    const product = inputs[i] * weights[i];
    paintCell(cells[i], palette, product, format(inputs[i]), `× ${format(weights[i])}`);
    cells[i].className = '';
  }
}

/** Writes `inputs`, the one at `place` as chosen. */
export function showMaximum(
  where: HTMLElement,
  inputs: ArrayLike<number>,
  place: number,
  palette: Palette,
): void {
  const cells = cellsOf(where, inputs.length);
  for (let i = 0; i < inputs.length; i++) {
    paintCell(cells[i], palette, inputs[i], format(inputs[i]), i === place ? 'largest' : '');
    cells[i].className = i === place ? 'chosen' : '';
  }
}

function cellsOf(where: HTMLElement, count: number): HTMLElement[] {
  if (where.childElementCount !== count) {
    where.replaceChildren(
      ...Array.from({ length: count }, () => element('span', {}, element('b'), element('small'))),
    );
    where.style.setProperty('--columns', `${Math.sqrt(count)}`);
  }
  return [...where.children] as HTMLElement[];
}

function paintCell(cell: HTMLElement, palette: Palette, value: number, ...texts: string[]): void {
  for (const [i, text] of texts.entries()) say(cell.children[i], text);
  cell.style.backgroundColor = cssColour(palette, value);
  cell.style.color = inkOn(palette, value);
}

/** @file Shows the values of a window as a grid of coloured cells: inputs × weights, or inputs with their maximum. */
import { cssColour, type Palette, textColourOn } from '../canvas/colour.ts';
import { element, setText } from '../dom.ts';
import { formatNumber } from './format-number.ts';

/** Shows `inputs` × `weights`. The product sets the colour of a cell. */
export function showProducts(
  container: HTMLElement,
  inputs: ArrayLike<number>,
  weights: ArrayLike<number>,
  palette: Palette,
): void {
  const cells = cellsOf(container, inputs.length);
  for (let i = 0; i < inputs.length; i++) {
    const product = inputs[i] * weights[i];
    paintCell(cells[i], palette, product, formatNumber(inputs[i]), `× ${formatNumber(weights[i])}`);
    cells[i].className = '';
  }
}

/** Shows `inputs` and marks the one at `maxIndex`. */
export function showMaximum(
  container: HTMLElement,
  inputs: ArrayLike<number>,
  maxIndex: number,
  palette: Palette,
): void {
  const cells = cellsOf(container, inputs.length);
  for (let i = 0; i < inputs.length; i++) {
    paintCell(cells[i], palette, inputs[i], formatNumber(inputs[i]), i === maxIndex ? 'largest' : '');
    cells[i].className = i === maxIndex ? 'selected' : '';
  }
}

function cellsOf(container: HTMLElement, count: number): HTMLElement[] {
  if (container.childElementCount !== count) {
    container.replaceChildren(
      ...Array.from({ length: count }, () => element('span', {}, element('b'), element('small'))),
    );
    container.style.setProperty('--columns', `${Math.sqrt(count)}`);
  }
  return [...container.children] as HTMLElement[];
}

function paintCell(cell: HTMLElement, palette: Palette, value: number, ...texts: string[]): void {
  for (const [i, text] of texts.entries()) setText(cell.children[i], text);
  cell.style.backgroundColor = cssColour(palette, value);
  cell.style.color = textColourOn(palette, value);
}

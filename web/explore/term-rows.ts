/** @file The terms of the selected pixel, one row per input map: input × weights = contribution. */
import { maxAbs, type Palette, signed } from '../canvas/colour.ts';
import { paint } from '../canvas/draw-plane.ts';
import { element, setText } from '../dom.ts';
import { formatNumber } from './format-number.ts';
import type { Term } from './pixel-terms.ts';

interface TermRow {
  button: HTMLButtonElement;
  input: HTMLCanvasElement;
  weights: HTMLCanvasElement;
  product: HTMLCanvasElement;
  /** Outlines over the input and the product. */
  frames: [HTMLElement, HTMLElement];
  signs: HTMLElement[];
  value: HTMLElement;
}

/**
 * @param activate called with the index of the row that the visitor points at, focuses or clicks
 * @param nameOf names an input map
 */
export function termRows(
  container: HTMLElement,
  activate: (index: number) => void,
  nameOf = (map: number) => `Map ${map + 1}`,
) {
  let rows: TermRow[] = [];
  return {
    /** Paints the maps. Needed when the selected map, the image or the colour scheme changes. */
    paint(terms: readonly Term[], inputs: (map: number) => Palette): void {
      rows = terms.map((_, i) => rows[i] ?? termRow(i, activate));
      container.replaceChildren(...rows.map(({ button }) => button));
      const products = signed(maxAbsOf(terms.map(({ product }) => product?.data)));
      const kernels = signed(maxAbsOf(terms.map(({ weights }) => weights?.data)));
      for (const [i, term] of terms.entries()) {
        const { button, input, weights, product, signs } = rows[i];
        paint(input, term.input, inputs(term.map));
        if (term.weights) paint(weights, term.weights, kernels);
        if (term.product) paint(product, term.product, products);
        for (const part of [weights, product, ...signs]) part.hidden = !term.product;
        button.disabled = terms.length === 1;
      }
    },
    /** Shows the windows and contributions of the selected pixel. Needed at every change. */
    update(terms: readonly Term[], active: number, [y, x]: readonly [row: number, column: number]): void {
      for (const [i, { map, input, product, window, value }] of terms.entries()) {
        const row = rows[i];
        placeFrame(row.frames[0], window, input);
        placeFrame(row.frames[1], product && window && { y, x, height: 1, width: 1 }, product ?? input);
        setText(row.value, formatNumber(value, 3));
        row.button.setAttribute('aria-pressed', `${i === active}`);
        row.button.setAttribute('aria-label', `${nameOf(map)} contributes ${formatNumber(value, 3)}`);
      }
    },
  };
}

const maxAbsOf = (planes: readonly (Float32Array | undefined)[]): number =>
  maxAbs(planes.map((data) => (data ? maxAbs(data) : 0)));

function termRow(index: number, activate: (index: number) => void): TermRow {
  const [input, weights, product] = [
    element('canvas'),
    element('canvas', { className: 'kernel' }),
    element('canvas'),
  ];
  const frames: TermRow['frames'] = [element('u'), element('u')];
  const signs = [element('i', {}, '×'), element('i', {}, '=')];
  const value = element('b');
  const button = element(
    'button',
    { type: 'button', className: 'term' },
    element('span', { className: 'framed' }, input, frames[0]),
    signs[0],
    weights,
    signs[1],
    element('span', { className: 'framed' }, product, frames[1]),
    value,
  );
  for (const event of ['pointerenter', 'focus', 'click'])
    button.addEventListener(event, () => activate(index));
  return { button, input, weights, product, frames, signs, value };
}

/** Places an outline over a part of a canvas, in percent of its size. */
function placeFrame(frame: HTMLElement, part: Term['window'], { width, height }: Term['input']): void {
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

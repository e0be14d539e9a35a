/** @file What a chosen pixel was made of, a row for each input map: input × kernel = product, and what that gives. */
import { largest, type Palette, signed } from '../canvas/colour.ts';
import { paint } from '../canvas/draw.ts';
import { element, say } from '../dom.ts';
import { format } from './kernels.ts';
import type { Term } from './makers.ts';

interface TermRow {
  button: HTMLButtonElement;
  input: HTMLCanvasElement;
  weights: HTMLCanvasElement;
  product: HTMLCanvasElement;
  /** Over input and product. */
  frames: [HTMLElement, HTMLElement];
  signs: HTMLElement[];
  value: HTMLElement;
}

/** @param point is told of the row that is pointed at */
export function termRows(where: HTMLElement, point: (index: number) => void) {
  let rows: TermRow[] = [];
  return {
    /** Paints the maps; needed when they are others. */
    paint(terms: readonly Term[], inputs: Palette): void {
      rows = terms.map((_, i) => rows[i] ?? termRow(i, point));
      where.replaceChildren(...rows.map(({ button }) => button));
      const products = signed(most(terms.map(({ product }) => product?.data)));
      const kernels = signed(most(terms.map(({ weights }) => weights?.data)));
      for (const [i, term] of terms.entries()) {
        const { button, input, weights, product, signs } = rows[i];
        paint(input, term.input, inputs);
        if (term.weights) paint(weights, term.weights, kernels);
        if (term.product) paint(product, term.product, products);
        for (const part of [weights, product, ...signs]) part.hidden = !term.product;
        button.disabled = terms.length === 1;
      }
    },
    /** Shows where they are looked at, and what each gives. */
    mark(terms: readonly Term[], shown: number, [y, x]: readonly [row: number, column: number]): void {
      for (const [i, { map, input, product, window, value }] of terms.entries()) {
        const row = rows[i];
        frame(row.frames[0], window, input);
        frame(row.frames[1], product && window && { y, x, height: 1, width: 1 }, product ?? input);
        say(row.value, format(value, 3));
        row.button.setAttribute('aria-pressed', `${i === shown}`);
        row.button.setAttribute('aria-label', `Map ${map + 1} gives ${format(value, 3)}`);
      }
    },
  };
}

const most = (planes: readonly (Float32Array | undefined)[]): number =>
  largest(planes.map((data) => (data ? largest(data) : 0)));

function termRow(index: number, point: (index: number) => void): TermRow {
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
  for (const event of ['pointerenter', 'focus', 'click']) button.addEventListener(event, () => point(index));
  return { button, input, weights, product, frames, signs, value };
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

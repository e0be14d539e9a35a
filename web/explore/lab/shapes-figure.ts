/** @file The figure of shapes: layers as a text, and the shape after each of them. */
import { element, setText } from '../../dom.ts';
import type { Explorer } from '../explorer.ts';
import { paragraph } from './parts.ts';
import { type Shapes, shapesOf } from './shapes.ts';

/** The networks that a visitor can start from: a name, the input, and the layers. */
const EXAMPLES: readonly (readonly [name: string, shape: readonly number[], stack: string])[] = [
  ['One layer', [3, 64, 64], 'Conv2d(3,10,kernel_size=3)'],
  ['Stride and padding', [3, 64, 64], 'Conv2d(3,10,kernel_size=5,stride=2,padding=1)'],
  ['Tuples', [3, 64, 64], 'Conv2d(3,10,kernel_size=(3,1),stride=(1,2),padding=(1,0))'],
  ['TinyVGG of the lab', [1, 28, 28], `${block(1)};${block(10)};Flatten();Linear(490,10)`],
  ['TinyVGG of CNN Explainer', [3, 64, 64], `${block(3, 0)};${block(10, 0)};Flatten();Linear(1690,10)`],
];

/** A block of TinyVGG. */
function block(channels: number, padding = 1): string {
  const end = padding ? `,padding=${padding})` : ')';
  return `Conv2d(${channels},10,kernel_size=3${end};ReLU();Conv2d(10,10,kernel_size=3${end};ReLU();MaxPool2d(2)`;
}

export function shapesFigure(explorer: Explorer, container: HTMLElement): void {
  const { change } = explorer;
  const input = element('input', { type: 'text', inputMode: 'numeric', autocomplete: 'off' });
  const layers = element('textarea', { rows: 6, spellcheck: false, maxLength: 999 });
  const body = element('tbody');
  const total = element('p', { className: 'formula', role: 'status' });
  const examples = EXAMPLES.map(([name, shape, stack]) => {
    const button = element('button', { type: 'button', className: 'button' }, name);
    button.addEventListener('click', () => change({ shape, stack }));
    return button;
  });
  input.addEventListener('input', () => {
    const shape = shapeIn(input.value);
    if (shape) change({ shape });
    draw();
  });
  layers.addEventListener('input', () => {
    change({ stack: compact(layers.value) });
    draw();
  });
  const heads = ['layer', 'output shape', 'parameters'];
  const table = element(
    'table',
    { className: 'shapes' },
    element('caption', { className: 'hidden' }, 'The shape after each layer'),
    element('thead', {}, element('tr', {}, ...heads.map((text) => element('th', { scope: 'col' }, text)))),
    body,
  );
  container.replaceChildren(
    paragraph(
      'Write layers as in PyTorch, one on each line, and see which shape comes out of each of them. A size is a number or a tuple (height, width). A printed model can be pasted, too.',
    ),
    element(
      'div',
      { className: 'figure' },
      element('div', { className: 'controls', role: 'group', 'aria-label': 'Examples' }, ...examples),
      element('label', { className: 'field' }, 'Input shape: channels, height, width ', input),
      element('label', { className: 'field' }, 'Layers ', layers),
      element('div', { className: 'scroll', tabIndex: 0, role: 'region', 'aria-label': 'Shapes' }, table),
      total,
    ),
  );

  function draw(): void {
    const { shape, stack } = explorer.state;
    // What the visitor types stays as it is.
    if (document.activeElement !== input) input.value = shape.join(', ');
    if (compact(layers.value) !== stack) layers.value = written(stack);
    const isShape = shapeIn(input.value) !== undefined;
    input.setAttribute('aria-invalid', `${!isShape}`);
    const shapes = shapesOf(layers.value, shape);
    body.replaceChildren(...rowsOf(shape, shapes));
    setText(
      total,
      isShape
        ? summaryOf(shape, shapes)
        : 'The input shape has one to three whole numbers, such as 3, 64, 64.',
    );
  }
  draw();
  explorer.watch(container, ['shape', 'stack'], draw);
}

const shapeText = (shape: readonly number[]): string => `[${shape.join(', ')}]`;

function rowsOf(input: readonly number[], { layers, problem }: Shapes): HTMLElement[] {
  const head = (name: string, ...more: HTMLElement[]) => element('th', { scope: 'row' }, name, ...more);
  const rows = layers.map(({ text, output, parameters, formula }) =>
    element(
      'tr',
      {},
      head(text, element('small', {}, formula)),
      element('td', {}, shapeText(output)),
      element('td', {}, parameters ? parameters.toLocaleString('en') : ''),
    ),
  );
  const first = element('tr', {}, head('input'), element('td', {}, shapeText(input)), element('td'));
  if (!problem) return [first, ...rows];
  const { text, reason } = problem;
  const wrong = element('tr', { className: 'wrong' }, head(text), element('td', { colSpan: 2 }, reason));
  return [first, ...rows, wrong];
}

function summaryOf(input: readonly number[], { layers, problem }: Shapes): string {
  if (problem) return `${problem.text}: ${problem.reason}`;
  const parameters = layers.reduce((sum, layer) => sum + layer.parameters, 0);
  return `${shapeText(input)} → ${shapeText(layers.at(-1)?.output ?? input)}, ${parameters.toLocaleString('en')} parameters`;
}

/** Parses one to three whole numbers. */
function shapeIn(text: string): number[] | undefined {
  const sizes = text
    .replaceAll(/[[\]()\s]/g, '')
    .split(',')
    .filter(Boolean);
  const isShape = sizes.length > 0 && sizes.length < 4 && sizes.every((size) => /^[1-9]\d{0,3}$/.test(size));
  return isShape ? sizes.map(Number) : undefined;
}

/** Shortens layers to what a link can hold: without `nn.`, comments, quotes and spaces; a new line is a semicolon. */
const compact = (text: string): string =>
  text
    .replaceAll(/#.*$/gm, '')
    .replaceAll(/\bnn\./g, '')
    .trim()
    .replaceAll(/\s*\n\s*/g, ';')
    .replaceAll(/,;/g, ';')
    .replaceAll(/[^\w(),;=.:-]/g, '');

/** Writes the layers of a link as lines of code. */
const written = (stack: string): string =>
  stack
    .split(';')
    .map((line) => line.replaceAll(/\b(?=[A-Z]\w*\()/g, 'nn.').replaceAll(/,(?=\S)/g, ', '))
    .join('\n');

/** @file The figure of shapes: layers as a text, and the shape after each of them. */
import { element, setText } from '../../dom.ts';
import type { Explorer } from '../explorer.ts';
import { paragraph } from './parts.ts';
import { type Shapes, shapeIn, shapesOf } from './shapes.ts';

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
  const input = element('input', {
    type: 'text',
    inputMode: 'numeric',
    autocomplete: 'off',
    'aria-describedby': 'shape-problem',
  });
  const layers = element('textarea', { rows: 6, spellcheck: false, maxLength: 999 });
  const shapeProblem = element('p', {
    className: 'problem',
    id: 'shape-problem',
    role: 'alert',
    hidden: true,
  });
  const body = element('tbody');
  /** Whether the input shape that the visitor typed last can be read. */
  let isShape = true;
  const total = element('p', { className: 'formula', role: 'status' });
  const examples = EXAMPLES.map(([name, shape, stack]) => {
    const button = element('button', { type: 'button', className: 'button' }, name);
    button.addEventListener('click', () => {
      isShape = true;
      change({ shape, stack });
      draw();
    });
    return button;
  });
  input.addEventListener('input', () => {
    const shape = shapeIn(input.value);
    isShape = shape !== undefined;
    if (shape) change({ shape });
    draw();
  });
  input.addEventListener('blur', draw);
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
      'Write layers as in PyTorch, one on each line, and see which shape comes out of each of them. A size is a number or a tuple (height, width). You can also paste a printed model, an nn.Sequential, and lines such as self.conv = nn.Conv2d(…) and hidden_units = 10.',
    ),
    element(
      'div',
      { className: 'figure' },
      element('div', { className: 'controls', role: 'group', 'aria-label': 'Examples' }, ...examples),
      element('label', { className: 'field' }, 'Input shape: channels, height, width ', input),
      shapeProblem,
      element('label', { className: 'field' }, 'Layers ', layers),
      element('div', { className: 'scroll', tabIndex: 0, role: 'region', 'aria-label': 'Shapes' }, table),
      total,
    ),
  );

  function draw(): void {
    const { shape, stack } = explorer.state;
    // What the visitor types stays as it is, and so does what cannot be read.
    if (isShape && document.activeElement !== input) input.value = shape.join(', ');
    if (compact(layers.value) !== stack) layers.value = written(stack);
    input.setAttribute('aria-invalid', `${!isShape}`);
    shapeProblem.hidden = isShape;
    setText(
      shapeProblem,
      isShape
        ? ''
        : 'The input shape has one to three whole numbers, such as 3, 64, 64. A batch may stand before them.',
    );
    const shapes = shapesOf(layers.value, shape);
    body.replaceChildren(...(isShape ? rowsOf(shape, shapes) : []));
    setText(total, isShape ? summaryOf(shape, shapes) : '');
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

/** Shortens layers to what a link can hold: without `nn.`, comments, quotes and spaces; a new line is a semicolon. */
const compact = (text: string): string =>
  text
    .replaceAll(/#.*$/gm, '')
    .replaceAll(/\bnn\./g, '')
    .trim()
    .replaceAll(/\s*\n\s*/g, ';')
    .replaceAll(/,;/g, ';')
    .replaceAll(/[^\w(),;=.:*-]/g, '');

/** Writes the layers of a link as lines of code. */
const written = (stack: string): string =>
  stack
    .split(';')
    .map((line) => line.replaceAll(/\b(?=[A-Z]\w*\()/g, 'nn.').replaceAll(/,(?=\S)/g, ', '))
    .join('\n');

/** @file The figure of a convolution with three input channels and ten random filters: its output maps, and the sum behind each pixel. */
import type { Tensor } from '#shared/model/forward.ts';
import type { Network, Weights } from '#shared/model/spec.ts';
import { grey, maxAbs, signed, tint } from '../../canvas/colour.ts';
import { paint } from '../../canvas/draw-plane.ts';
import { channelOf, type Plane } from '../../canvas/plane.ts';
import { planeCanvas } from '../../canvas/plane-canvas.ts';
import { darkScheme } from '../../canvas/scheme.ts';
import { element, setText } from '../../dom.ts';
import { reduce } from '../../picture/reduce.ts';
import { colourPlane } from '../colour-plane.ts';
import type { Explorer } from '../explorer.ts';
import { formatNumber } from '../format-number.ts';
import { memoizeLast } from '../memoize-last.ts';
import { type PixelTerms, pixelTerms } from '../pixel-terms.ts';
import { inputPlanes, photoShape, type SourcePicture } from '../source-picture.ts';
import { termRows } from '../term-rows.ts';
import { showProducts } from '../window-table.ts';
import { paragraph, seedField, selectablePanel } from './parts.ts';
import { applyFilters, FILTERS, filterNetwork, randomFilters } from './random-filters.ts';

/** Longest edge of the photo in this figure, in pixels. */
const EDGE = 96;

const CHANNELS = ['Red', 'Green', 'Blue'];

interface Scene {
  network: Network;
  weights: Weights;
  /** The input's channels. */
  planes: Plane[];
  input: Tensor;
  /** [10, height, width] */
  output: Tensor;
  /** The selected filter, and the selected pixel of its output. */
  filter: number;
  at: readonly [row: number, column: number];
}

/** The photo in colour, or else the network's input. */
const inputOf = memoizeLast(({ photo, ...picture }: SourcePicture): Plane[] => {
  if (!photo) return inputPlanes(picture);
  const { height, width, data } = reduce(photo, EDGE);
  return [0, 1, 2].map((c) => channelOf(data, [3, height, width], c));
});

const layerOf = memoizeLast((planes: Plane[], seed: number) => {
  const [{ height, width }] = planes;
  const network = filterNetwork([planes.length, height, width]);
  const weights = randomFilters(network, seed);
  const input = Float32Array.from(planes.flatMap(({ data }) => [...data]));
  return { network, weights, input, output: applyFilters(network, weights, input) };
});

function sceneOf({ state, picture }: Explorer): Scene {
  const planes = inputOf(picture);
  const layer = layerOf(planes, state.seed);
  const [, height, width] = layer.network.output;
  const at = [Math.min(state.filterAt[0], height - 1), Math.min(state.filterAt[1], width - 1)] as const;
  return { ...layer, planes, filter: state.filter, at };
}

const termsOf = ({ network, weights, input, output, filter, at }: Scene): PixelTerms =>
  pixelTerms({ network, weights, activations: [input, output], row: 1, map: filter, cell: at }) as PixelTerms;

const mapOf = ({ network, output }: Scene, filter: number): Plane =>
  channelOf(output, network.output, filter);

export function filtersFigure(explorer: Explorer, container: HTMLElement): void {
  const { change } = explorer;
  const code = element('pre');
  const seed = seedField(
    2 ** 32 - 1,
    () => explorer.state.seed,
    (value) => change({ seed: value }),
  );
  const input = selectablePanel('Input');
  const output = selectablePanel('Output');
  const maps = element('div', {
    className: 'filter-maps',
    role: 'group',
    'aria-label': 'Output of each filter',
  });
  const terms = element('div', { className: 'terms' });
  const products = element('div', { className: 'products', role: 'group' });
  const part = element('p', { className: 'note' });
  const sum = element('p', { className: 'equation' });
  const shapes = element('p', { className: 'formula' });
  const figure = element(
    'div',
    { className: 'figure' },
    element('div', { className: 'controls' }, ...seed.elements),
    code,
    maps,
    element('div', { className: 'panels lab-panels' }, input.panel, output.panel),
    element(
      'div',
      { className: 'panels lab-panels' },
      terms,
      element('div', { className: 'arithmetic' }, products, part, sum),
    ),
    shapes,
  );
  container.replaceChildren(
    paragraph(
      'The layer below has 10 filters, and each filter has one kernel for every channel of its input: for a photo red, green and blue. A pixel of the output is the sum of all products in the three windows, plus a bias. Before training the weights are random. The seed decides them: PyTorch draws the same numbers. Select one of the ten outputs, then point at a pixel.',
    ),
    figure,
  );

  const buttons = Array.from({ length: FILTERS }, (_, filter) => {
    const canvas = element('canvas');
    const button = element(
      'button',
      { type: 'button', 'aria-label': `output[${filter}]` },
      canvas,
      `[${filter}]`,
    );
    button.addEventListener('click', () => change({ filter }));
    return { button, canvas };
  });
  maps.append(...buttons.map(({ button }) => button));

  const select = (row: number, column: number) => {
    const [, height, width] = sceneOf(explorer).network.output;
    const clamp = (at: number, size: number) => Math.max(0, Math.min(size - 1, at));
    change({ filterAt: [clamp(row, height), clamp(column, width)] });
  };
  const describe = () => {
    const scene = sceneOf(explorer);
    const { width, data } = mapOf(scene, scene.filter);
    const [row, column] = scene.at;
    return `row ${row}, column ${column}: ${formatNumber(data[row * width + column], 3)}`;
  };
  const outputCanvas = planeCanvas(output.canvas, {
    label: 'Pixel of the output',
    selected: () => sceneOf(explorer).at,
    describe,
    select,
  });
  const inputCanvas = planeCanvas(input.canvas, {
    label: 'Position of the window on the input',
    selected: () => sceneOf(explorer).at.map((at) => at + 1) as [number, number],
    describe,
    select: (row, column) => select(row - 1, column - 1),
  });

  let pointed = 0;
  const rows = termRows(
    terms,
    (index) => {
      pointed = index;
      draw();
    },
    (map) => (sceneOf(explorer).planes.length === 3 ? CHANNELS[map] : `Channel ${map + 1}`),
  );
  const paintMaps = memoizeLast((output: Tensor, _isDark: boolean) => {
    const palette = signed(maxAbs(output));
    const scene = sceneOf(explorer);
    for (const [filter, { canvas }] of buttons.entries()) paint(canvas, mapOf(scene, filter), palette);
  });
  const paintTerms = memoizeLast((_output: Tensor, _filter: number, _isDark: boolean) => {
    const scene = sceneOf(explorer);
    const isColour = scene.planes.length === 3;
    rows.paint(termsOf(scene).terms, (map) => (isColour ? tint(map) : grey()));
  });

  function draw(): void {
    const scene = sceneOf(explorer);
    const { filter, at, planes } = scene;
    const [row, column] = at;
    const { terms: parts, equation } = termsOf(scene);
    const shown = Math.min(pointed, parts.length - 1);
    seed.show();
    setText(code, codeOf(scene, explorer.state.seed));
    paintMaps(scene.output, darkScheme.matches);
    for (const [i, { button }] of buttons.entries()) button.setAttribute('aria-pressed', `${i === filter}`);
    paintTerms(scene.output, filter, darkScheme.matches);
    rows.update(parts, shown, at);
    const whole = planes.length === 3 ? colourPlane(planes) : { whole: planes[0], palette: grey() };
    const window = { y: row, x: column, height: 3, width: 3 };
    inputCanvas.draw({ plane: whole.whole, palette: whole.palette, outlines: [window] });
    outputCanvas.draw({
      plane: mapOf(scene, filter),
      palette: signed(maxAbs(scene.output)),
      outlines: [{ y: row, x: column, height: 1, width: 1 }],
    });
    const { inputs, factors = inputs } = parts[shown];
    products.setAttribute(
      'aria-label',
      `Pixels × weights, ${planes.length === 3 ? CHANNELS[shown] : 'the channel'}`,
    );
    showProducts(products, inputs, factors, signed(maxAbs(factors)));
    setText(part, `Sum of these nine: ${formatNumber(parts[shown].value, 3)}`);
    setText(sum, equation.replace(`${parts.length} maps`, `${parts.length} channels`));
    setText(input.note, `[${scene.network.input.join(', ')}]`);
    setText(output.heading, `Output of filter ${filter}: output[${filter}]`);
    setText(
      output.note,
      `${describe()}. Orange is negative, blue is positive; full colour at ±${formatNumber(maxAbs(scene.output))}`,
    );
    setText(shapes, shapesOf(scene, explorer.picture));
  }
  draw();
  explorer.watch(container, ['picture', 'seed', 'filter', 'filterAt'], draw);
}

/** The lines of PyTorch that draw these weights, and the first of them. */
function codeOf({ network, weights }: Scene, seed: number): string {
  const [first = new Float32Array()] = weights.values();
  const numbers = Array.from(first.subarray(0, 3), (weight) => weight.toFixed(4)).join(', ');
  return `torch.manual_seed(${seed})
conv = nn.Conv2d(${network.input[0]}, ${FILTERS}, kernel_size=3)
output = conv(image)
conv.weight  # [${network.parameters[0].shape.join(', ')}], the first: ${numbers}, …`;
}

/** Gives the shapes with their sizes, also for the pixels of the photo itself. */
function shapesOf({ network }: Scene, picture: SourcePicture): string {
  const own = photoShape(picture);
  const here = `[${network.input.join(', ')}] → [${network.output.join(', ')}], ${network.parameterCount} parameters.`;
  if (!own) return `${here} A link holds only the network's input. Choose a photo to see it in colour.`;
  const [, height, width] = own;
  return `${here} The photo itself has ${width} × ${height} pixels: [${own.join(', ')}] → [${FILTERS}, ${height - 2}, ${width - 2}]. It is shown with fewer pixels, so that you can point at one.`;
}

/** @file The learned filters of the convolutions, as maps of signed weights. */
import type { Tensor } from '../../safetensors.ts';
import { FIGURE_WIDTH, type Figure } from '../figure.ts';
import { type Markup, markup } from '../markup.ts';
import { COLOURS, inkOn } from '../theme.ts';

/** The filters of one convolution. */
export interface Convolution {
  /** PyTorch's name of the layer. */
  layer: string;
  /** [out channels, in channels, height, width] */
  weight: Tensor;
}

/** Returns the convolutions among a model's tensors, in the order from the input to the output. */
export const convolutions = (tensors: ReadonlyMap<string, Tensor>): Convolution[] =>
  [...tensors]
    .filter(([, { shape }]) => shape.length === 4)
    .map(([name, weight]) => ({ layer: name.replace(/\.weight$/, ''), weight }));

const COLUMNS = 5;
const GAP = 16;
const CAPTION = 24;

/** Draws the filters of the first convolution, which has one input channel, with the sign in every cell of some strength. */
export function imageFilters({ layer, weight }: Convolution): Figure {
  const [filters, , height, width] = weight.shape;
  const cell = (FIGURE_WIDTH - (COLUMNS - 1) * GAP) / COLUMNS / width;
  const [columnStep, rowStep] = [width * cell + GAP, height * cell + CAPTION + GAP / 2];
  const largest = largestOf(weight);
  const maps = Array.from({ length: filters }, (_, filter) => {
    const x = (filter % COLUMNS) * columnStep;
    const y = Math.floor(filter / COLUMNS) * rowStep;
    const cells = cellsOf(weight, filter, 0, { cell, largest, signs: true });
    return markup`<g transform="translate(${x},${y})">${cells}<text x="${(width * cell) / 2}" y="${height * cell + 17}" font-size="13" text-anchor="middle" fill="${COLOURS.muted}">${filter + 1}</text></g>`;
  });
  const rows = Math.ceil(filters / COLUMNS) * rowStep;
  return {
    name: `filters-${layer}`,
    title: `${layer}, on the image`,
    subtitle: `${filters} filters of ${height} × ${width} weights`,
    description: `The ${filters} filters of the first convolution. ${legendText(largest)}.`,
    width: FIGURE_WIDTH,
    height: rows + LEGEND,
    content: markup`${maps}${legend(largest, rows)}`,
  };
}

/** Draws the filters of a later convolution: a row per filter, a column per input channel. */
export function channelFilters({ layer, weight }: Convolution): Figure {
  const [filters, channels, height, width] = weight.shape;
  const [left, top, gap] = [28, 40, 5];
  const cell = ((FIGURE_WIDTH - left + gap) / channels - gap) / width;
  const [columnStep, rowStep] = [width * cell + gap, height * cell + gap];
  const largest = largestOf(weight);
  const label = (text: string | number, x: number, y: number, anchor = 'middle') =>
    markup`<text x="${x}" y="${y}" font-size="12" text-anchor="${anchor}" fill="${COLOURS.muted}">${text}</text>`;
  const indices = (length: number) => Array.from({ length }, (_, i) => i);
  const bottom = top + filters * rowStep;
  return {
    name: `filters-${layer}`,
    title: layer,
    subtitle: `${filters} filters on ${channels} channels, ${height} × ${width} weights each`,
    description: `A row per filter, a column per channel. ${legendText(largest)}.`,
    width: FIGURE_WIDTH,
    height: bottom + LEGEND,
    content: markup`${label('channel', left, 12, 'start')}
${indices(channels).map((channel) => label(channel + 1, left + channel * columnStep + (width * cell) / 2, 32))}
${indices(filters).map(
  (filter) =>
    markup`${label(filter + 1, left - 8, top + filter * rowStep + (height * cell) / 2 + 4, 'end')}${indices(channels).map((channel) => markup`<g transform="translate(${round(left + channel * columnStep)},${round(top + filter * rowStep)})">${cellsOf(weight, filter, channel, { cell, largest, signs: false })}</g>`)}`,
)}
${legend(largest, bottom)}`,
  };
}

/** Cells below this share of the largest weight show no sign. */
const FAINT = 0.12;

function cellsOf(
  { shape, values }: Tensor,
  filter: number,
  channel: number,
  { cell, largest, signs }: { cell: number; largest: number; signs: boolean },
): Markup {
  const [, channels, height, width] = shape;
  const first = (filter * channels + channel) * height * width;
  const cells = Array.from(values.subarray(first, first + height * width), (weight, i) => {
    const [x, y] = [(i % width) * cell, Math.floor(i / width) * cell];
    const strength = Math.abs(weight) / largest;
    const colour = weight < 0 ? COLOURS.warm : COLOURS.cool;
    const square = markup`<rect x="${round(x)}" y="${round(y)}" width="${round(cell)}" height="${round(cell)}" fill="${colour}" fill-opacity="${round(strength)}"/>`;
    if (!signs || strength < FAINT) return square;
    return markup`${square}<text x="${round(x + cell / 2)}" y="${round(y + cell / 2 + 5)}" font-size="15" text-anchor="middle" fill="${inkOn(strength)}">${weight < 0 ? '−' : '+'}</text>`;
  });
  return markup`${cells}<rect width="${round(width * cell)}" height="${round(height * cell)}" fill="none" stroke="${COLOURS.line}"/>`;
}

const LEGEND = 44;
const STEPS = 21;

/** Draws a colour bar from the most negative to the most positive weight. */
function legend(largest: number, y: number): Markup {
  const [width, height] = [9, 12];
  const x = (FIGURE_WIDTH - STEPS * width) / 2;
  const steps = Array.from({ length: STEPS }, (_, i) => {
    const weight = (2 * i) / (STEPS - 1) - 1;
    const colour = weight < 0 ? COLOURS.warm : COLOURS.cool;
    return markup`<rect x="${x + i * width}" width="${width}" height="${height}" fill="${colour}" fill-opacity="${round(Math.abs(weight))}"/>`;
  });
  const text = (label: string, at: number, anchor: string) =>
    markup`<text x="${at}" y="11" font-size="13" text-anchor="${anchor}" fill="${COLOURS.muted}">${label}</text>`;
  return markup`<g transform="translate(0,${round(y + 22)})">${steps}<rect x="${x}" width="${STEPS * width}" height="${height}" fill="none" stroke="${COLOURS.line}"/>${text(`−${largest.toFixed(2)}`, x - 8, 'end')}${text(`+${largest.toFixed(2)}`, x + STEPS * width + 8, 'start')}</g>`;
}

const legendText = (largest: number): string =>
  `Weights from −${largest.toFixed(2)} (orange) through 0 (background) to +${largest.toFixed(2)} (blue)`;

const largestOf = ({ values }: Tensor): number =>
  Math.max(...Array.from(values, (value) => Math.abs(value))) || 1;

/** Rounds to hundredths of a pixel, which no screen shows. */
const round = (value: number): number => Math.round(100 * value) / 100;

/** @file The training curves of the lab's models as SVG: loss by step, accuracy by epoch. */
import type { LabRecords, ModelRecords } from '#shared/lab-records.ts';

type Point = readonly [x: number, y: number];

interface Line {
  name: string;
  points: readonly Point[];
  /** Points drawn as dots. */
  marks?: readonly Point[];
}

interface Chart {
  /** Accessible text. The page has the heading. */
  description: string;
  lines: readonly Line[];
  /** Positions and texts on the axes. */
  xTicks: readonly (readonly [number, string])[];
  yTicks: readonly (readonly [number, string])[];
  /** Whether the y axis is logarithmic. */
  log?: boolean;
}

const [WIDTH, HEIGHT] = [420, 250];
/** Distance between the labels of two lines. */
const LABEL_HEIGHT = 15;

/** Margins around the plot, in units of the view box. */
const MARGIN = { left: 44, top: 12, right: 62, bottom: 34 };

export function lossChart({ models, stepsPerEpoch }: LabRecords): Chart {
  const lines = Object.entries(models).map(([name, { steps, epochs }]) => ({
    name,
    points: smooth(steps.map(([step, loss]) => [step / stepsPerEpoch, loss] as const)),
    marks: epochs.map(({ testLoss }, i) => [i + 1, testLoss] as const),
  }));
  return {
    description: describe(models, ({ testLoss }) => testLoss.toFixed(3), 'Test loss'),
    lines,
    xTicks: epochTicks(models, 0),
    yTicks: [0.3, 0.5, 1, 2].map((y) => [y, `${y}`] as const),
    log: true,
  };
}

export function accuracyChart({ models }: LabRecords): Chart {
  const lines = Object.entries(models).map(([name, { epochs }]) => {
    const points = epochs.map(({ testAccuracy }, i) => [i + 1, 100 * testAccuracy] as const);
    return { name, points, marks: points };
  });
  return {
    description: describe(
      models,
      ({ testAccuracy }) => `${(100 * testAccuracy).toFixed(1)} %`,
      'Test accuracy',
    ),
    lines,
    xTicks: epochTicks(models, 1),
    yTicks: [80, 82, 84, 86, 88, 90].map((y) => [y, `${y}`] as const),
  };
}

/** Number of neighbours on each side in the moving average of the loss. */
const NEIGHBOURS = 3;

/** Moving average. */
const smooth = (points: readonly Point[]): Point[] =>
  points.map(([x], i) => {
    const near = points.slice(Math.max(0, i - NEIGHBOURS), i + NEIGHBOURS + 1);
    return [x, near.reduce((sum, [, y]) => sum + y, 0) / near.length];
  });

const epochTicks = (models: LabRecords['models'], first: number) => {
  const last = Math.max(...Object.values(models).map(({ epochs }) => epochs.length));
  return Array.from({ length: last + 1 - first }, (_, i) => [first + i, `${first + i}`] as const);
};

const describe = (
  models: LabRecords['models'],
  text: (epoch: ModelRecords['epochs'][number]) => string,
  what: string,
): string =>
  `${what} after each epoch. ${Object.entries(models)
    .map(([name, { epochs }]) => `${name}: ${epochs.map(text).join(', ')}`)
    .join('. ')}.`;

const SVG = 'http://www.w3.org/2000/svg';

function shape(tag: string, attributes: Record<string, string | number>, text?: string): SVGElement {
  const made = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, `${value}`);
  if (text !== undefined) made.textContent = text;
  return made;
}

/** Maps data to positions in the view box. */
interface Scales {
  x: (value: number) => number;
  y: (value: number) => number;
  /** Whether a value on the y axis is inside the plot. */
  isInside: (value: number) => boolean;
}

/** Draws a chart. Each line has the class `line-<name>`, which sets its colour. */
export function drawChart(chart: Chart): SVGElement {
  const scales = scalesOf(chart);
  const svg = shape('svg', {
    viewBox: `0 0 ${WIDTH} ${HEIGHT}`,
    role: 'img',
    'aria-label': chart.description,
    class: 'chart',
  });
  svg.append(...axes(chart, scales));
  const ends = spread(chart.lines.map(({ points, marks = points }) => scales.y((marks.at(-1) as Point)[1])));
  svg.append(...chart.lines.map((line, i) => drawLine(line, scales, ends[i])));
  return svg;
}

function scalesOf({ lines, xTicks, yTicks, log = false }: Chart): Scales {
  const all = lines.flatMap(({ points, marks = [] }) => [...points, ...marks]);
  const scaleY = log ? Math.log : (y: number) => y;
  const [first, last] = [xTicks[0][0], Math.max(...all.map(([x]) => x))];
  const ys = [yTicks[0][0], ...all.map(([, y]) => y)].map(scaleY);
  const [low, high] = [Math.min(...ys), Math.max(...ys)];
  const plot = {
    width: WIDTH - MARGIN.left - MARGIN.right,
    height: HEIGHT - MARGIN.top - MARGIN.bottom,
  };
  return {
    x: (value) => MARGIN.left + ((value - first) / (last - first)) * plot.width,
    y: (value) => HEIGHT - MARGIN.bottom - ((scaleY(value) - low) / (high - low)) * plot.height,
    isInside: (value) => scaleY(value) >= low && scaleY(value) <= high,
  };
}

function axes({ xTicks, yTicks }: Chart, { x, y, isInside }: Scales): SVGElement[] {
  const right = WIDTH - MARGIN.right;
  const rows = yTicks
    .filter(([value]) => isInside(value))
    .flatMap(([value, text]) => [
      shape('path', { d: `M${MARGIN.left} ${y(value)}H${right}`, class: 'rule' }),
      shape('text', { x: MARGIN.left - 8, y: y(value) + 4, class: 'tick end' }, text),
    ]);
  const columns = xTicks.map(([value, text]) =>
    shape('text', { x: x(value), y: HEIGHT - 14, class: 'tick middle' }, text),
  );
  return [...rows, ...columns, shape('text', { x: right + 14, y: HEIGHT - 14, class: 'tick' }, 'epochs')];
}

/** @param labelY vertical position of the line's name, at the right */
function drawLine({ name, points, marks = [] }: Line, { x, y }: Scales, labelY: number): SVGElement {
  const group = shape('g', { class: `line line-${name}` });
  const steps = points.map(([a, b], i) => `${i ? 'L' : 'M'}${x(a).toFixed(1)} ${y(b).toFixed(1)}`);
  group.append(shape('path', { d: steps.join('') }));
  for (const [a, b] of marks) group.append(shape('circle', { cx: x(a), cy: y(b), r: 4 }));
  group.append(shape('text', { x: WIDTH - MARGIN.right + 9, y: labelY + 4 }, name));
  return group;
}

/** Moves the labels down until none overlaps another. */
function spread(heights: readonly number[]): number[] {
  const order = heights.map((_, i) => i).sort((a, b) => heights[a] - heights[b]);
  const moved = [...heights];
  for (let i = 1; i < order.length; i++)
    moved[order[i]] = Math.max(moved[order[i]], moved[order[i - 1]] + LABEL_HEIGHT);
  return moved;
}

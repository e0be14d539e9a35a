/** @file How the lab's models learned, as lines: loss by step, accuracy by epoch. */
import type { LabRecords, ModelRecords } from '#shared/lab-records.ts';

type Point = readonly [x: number, y: number];

interface Line {
  name: string;
  points: readonly Point[];
  /** Marks at these points. */
  marks?: readonly Point[];
}

interface Chart {
  title: string;
  /** For who does not see it. */
  description: string;
  lines: readonly Line[];
  /** Marks of the two axes, with their texts. */
  xTicks: readonly (readonly [number, string])[];
  yTicks: readonly (readonly [number, string])[];
  log?: boolean;
}

const [WIDTH, HEIGHT] = [420, 250];
const PLOT = { left: 44, top: 12, right: 62, bottom: 34 };

export function lossChart({ models, stepsPerEpoch }: LabRecords): Chart {
  const lines = Object.entries(models).map(([name, { steps, epochs }]) => ({
    name,
    points: smooth(steps.map(([step, loss]) => [step / stepsPerEpoch, loss] as const)),
    marks: epochs.map(({ testLoss }, i) => [i + 1, testLoss] as const),
  }));
  return {
    title: 'Loss: training (line), test (marks)',
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
    title: 'Test accuracy in %',
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

/** Records on either side that a loss is averaged with. */
const HALF = 3;

const smooth = (points: readonly Point[]): Point[] =>
  points.map(([x], i) => {
    const near = points.slice(Math.max(0, i - HALF), i + HALF + 1);
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

/** Each line is of class `line-<name>`. */
export function drawChart({ title, description, lines, xTicks, yTicks, log = false }: Chart): SVGElement {
  const all = lines.flatMap(({ points, marks = [] }) => [...points, ...marks]);
  const scaleY = log ? Math.log : (y: number) => y;
  const xs = [xTicks[0][0], Math.max(...all.map(([x]) => x))];
  const ys = [yTicks[0][0], ...all.map(([, y]) => y)].map(scaleY);
  const [low, high] = [Math.min(...ys), Math.max(...ys)];
  const x = (value: number) =>
    PLOT.left + ((value - xs[0]) / (xs[1] - xs[0])) * (WIDTH - PLOT.left - PLOT.right);
  const y = (value: number) =>
    HEIGHT - PLOT.bottom - ((scaleY(value) - low) / (high - low)) * (HEIGHT - PLOT.top - PLOT.bottom);
  const svg = shape('svg', {
    viewBox: `0 0 ${WIDTH} ${HEIGHT}`,
    role: 'img',
    'aria-label': `${title}. ${description}`,
    class: 'chart',
  });
  for (const [value, text] of yTicks) {
    if (scaleY(value) < low || scaleY(value) > high) continue;
    svg.append(shape('path', { d: `M${PLOT.left} ${y(value)}H${WIDTH - PLOT.right}`, class: 'rule' }));
    svg.append(shape('text', { x: PLOT.left - 8, y: y(value) + 4, class: 'tick end' }, text));
  }
  for (const [value, text] of xTicks)
    svg.append(shape('text', { x: x(value), y: HEIGHT - 14, class: 'tick middle' }, text));
  svg.append(shape('text', { x: WIDTH - PLOT.right + 14, y: HEIGHT - 14, class: 'tick' }, 'epochs'));
  const ends = apart(lines.map(({ points, marks = points }) => y((marks.at(-1) as Point)[1])));
  for (const [i, { name, points, marks = [] }] of lines.entries()) {
    const group = shape('g', { class: `line line-${name}` });
    group.append(
      shape('path', {
        d: points.map(([a, b], i) => `${i ? 'L' : 'M'}${x(a).toFixed(1)} ${y(b).toFixed(1)}`).join(''),
      }),
    );
    for (const [a, b] of marks) group.append(shape('circle', { cx: x(a), cy: y(b), r: 4 }));
    group.append(shape('text', { x: WIDTH - PLOT.right + 9, y: ends[i] + 4 }, name));
    svg.append(group);
  }
  return svg;
}

/** Heights of labels, moved so far that none lies over another. */
function apart(heights: readonly number[]): number[] {
  const order = heights.map((_, i) => i).sort((a, b) => heights[a] - heights[b]);
  const moved = [...heights];
  for (let i = 1; i < order.length; i++)
    moved[order[i]] = Math.max(moved[order[i]], moved[order[i - 1]] + 15);
  return moved;
}

/** @file The figures of several runs: the mean of the seeds with their range by epoch, and the test accuracy of every training. */
import { chart, frame } from '../chart.ts';
import { FIGURE_WIDTH, type Figure } from '../figure.ts';
import { evaluatedOn, evaluationOf } from '../results.ts';
import { COLOURS } from '../theme.ts';
import { percent } from '../unbroken.ts';
import { resultsOf, type Series, spreadOf } from './series.ts';

/** Most series of which the figures tell one from another. */
export const MOST_SERIES = 12;

const PALETTE = [COLOURS.blue, COLOURS.vermillion, COLOURS.green, COLOURS.purple];
const DASHES = [
  [1, 0],
  [6, 3],
  [2, 2],
];
const SHAPES = ['circle', 'triangle-up', 'square', 'diamond'];

/** Height of a line of the legend, in CSS pixels. */
const LEGEND_LINE = 19;

/** The mean of the seeds after an epoch, and their range. */
interface Point {
  series: string;
  epoch: number;
  mean: number;
  low: number;
  high: number;
}

/** Draws the loss of each series by epoch. */
export const severalLosses = (series: readonly Series[]): Promise<Figure> =>
  curves(series, {
    name: 'loss',
    what: 'loss',
    value: ({ loss }) => loss,
    text: (loss) => loss.toFixed(3),
    axis: 'cross-entropy loss',
  });

/** Draws the accuracy of each series by epoch. */
export const severalAccuracies = (series: readonly Series[]): Promise<Figure> =>
  curves(series, {
    name: 'accuracy',
    what: 'accuracy',
    value: ({ accuracy }) => 100 * accuracy,
    text: (accuracy) => percent(accuracy / 100),
    axis: 'accuracy in %',
  });

interface Quantity {
  name: string;
  what: string;
  value: (evaluation: { loss: number; accuracy: number }) => number;
  text: (value: number) => string;
  axis: string;
}

function curves(series: readonly Series[], { name, what, value, text, axis }: Quantity): Promise<Figure> {
  const points = series.flatMap((one) => pointsOf(one, value));
  const evaluated = evaluatedImages(series);
  const epochs = points.map(({ epoch }) => epoch);
  const hasBands = series.some(({ trainings }) => trainings.length > 1);
  const { color, dash, shape, top } = encodings(series);
  const x = {
    field: 'epoch',
    type: 'quantitative' as const,
    scale: { domain: [Math.min(...epochs), Math.max(...epochs)], nice: false, padding: 12 },
    axis: { title: 'epochs', tickMinStep: 1, tickCount: 8, grid: false, format: 'd' },
  };
  const y = {
    type: 'quantitative' as const,
    scale: { zero: false, padding: 8 },
    axis: { title: axis, format: '.3~g' },
  };
  const described = series.map((one) => {
    const last = pointsOf(one, value).at(-1);
    return `${one.name}: ${last ? `${text(last.mean)} after ${last.epoch} epochs` : 'none yet'}`;
  });
  return chart(
    {
      name,
      title: `${evaluated.title} ${what}`,
      subtitle: hasBands ? 'mean of the seeds; the band is their range' : 'after each epoch',
      description: `Mean ${what} of each setting after each epoch, on ${evaluated.words}. ${described.join('; ')}.`,
    },
    {
      ...frame(260),
      padding: { ...frame(260).padding, top },
      data: { values: points },
      layer: [
        {
          mark: { type: 'area', opacity: 0.18 },
          encoding: { x, y: { ...y, field: 'low' }, y2: { field: 'high' }, color },
        },
        {
          mark: { type: 'line', strokeWidth: 2 },
          encoding: { x, y: { ...y, field: 'mean' }, color, strokeDash: dash },
        },
        {
          transform: [{ filter: { field: 'epoch', oneOf: markedEpochs(epochs) } }],
          mark: {
            type: 'point',
            filled: true,
            size: 70,
            opacity: 1,
            stroke: COLOURS.surface,
            strokeWidth: 1,
          },
          encoding: { x, y: { ...y, field: 'mean' }, color, shape },
        },
      ],
    },
  );
}

/** Draws the test accuracy of every training, and the mean of each series. */
export function testAccuracies(series: readonly Series[]): Promise<Figure> {
  const values = series.flatMap((one, i) =>
    resultsOf(one).map(({ final }) => ({
      series: one.name,
      place: i + 1,
      accuracy: 100 * final.testAccuracy,
    })),
  );
  const { color, shape, top } = encodings(series);
  const described = series.map((one) => {
    const own = resultsOf(one).map(({ final }) => final.testAccuracy);
    return `${one.name}: ${own.map((accuracy) => percent(accuracy)).join(', ') || 'none'}`;
  });
  const y = {
    field: 'place',
    type: 'quantitative' as const,
    scale: { domain: [series.length + 0.5, 0.5], nice: false },
    axis: null,
  };
  const x = {
    type: 'quantitative' as const,
    scale: { zero: false, padding: 16 },
    axis: { title: 'test accuracy in %', tickCount: 6 },
  };
  return chart(
    {
      name: 'seeds',
      title: 'Test accuracy of every training',
      subtitle: 'a mark for each training; the line is the mean',
      description: `Test accuracy of every training. ${described.join('; ')}.`,
    },
    {
      autosize: 'none',
      padding: { left: 16, right: 16, top, bottom: 46 },
      width: FIGURE_WIDTH - 32,
      height: Math.max(120, 34 * series.length),
      data: { values },
      layer: [
        {
          mark: { type: 'tick', thickness: 2, size: 24, orient: 'vertical', color: COLOURS.muted },
          encoding: { x: { ...x, field: 'accuracy', aggregate: 'mean' }, y },
        },
        {
          mark: {
            type: 'point',
            filled: true,
            size: 90,
            opacity: 0.85,
            stroke: COLOURS.surface,
            strokeWidth: 1,
          },
          encoding: { x: { ...x, field: 'accuracy' }, y, color, shape },
        },
      ],
    },
  );
}

/** Returns the encodings that distinguish the series, and the space above a plot for their legend. */
function encodings(series: readonly Series[]) {
  const domain = series.map(({ name }) => name);
  const field = { field: 'series', type: 'nominal' as const, legend: { columns: 1, labelLimit: 0 } };
  const pick = <T>(values: readonly T[], every = 1) =>
    domain.map((_, i) => values[Math.floor(i / every) % values.length]);
  return {
    color: { ...field, scale: { domain, range: pick(PALETTE) } },
    dash: { ...field, scale: { domain, range: pick(DASHES, PALETTE.length) } },
    shape: { ...field, scale: { domain, range: pick(SHAPES) } },
    top: LEGEND_LINE * domain.length + 14,
  };
}

/** Returns mean and range of the seeds after each epoch. */
function pointsOf({ name: series, trainings }: Series, value: Quantity['value']): Point[] {
  const last = Math.max(0, ...trainings.map(({ epochs }) => epochs.length));
  return Array.from({ length: last }, (_, i) => {
    const values = trainings.flatMap(({ epochs }) => (epochs[i] ? value(evaluationOf(epochs[i])) : []));
    const { mean = Number.NaN } = spreadOf(values) ?? {};
    return { series, epoch: i + 1, mean, low: Math.min(...values), high: Math.max(...values) };
  });
}

/** Returns the epochs that have a mark: about ten, the last one among them. */
function markedEpochs(epochs: readonly number[]): number[] {
  const last = Math.max(...epochs);
  const distance = Math.ceil(last / 10);
  return [...new Set(epochs)].filter((epoch) => (last - epoch) % distance === 0);
}

/** Returns on what images the epochs were evaluated. */
function evaluatedImages(series: readonly Series[]): { title: string; words: string } {
  const kinds = new Set(
    series.flatMap(({ trainings }) => trainings.map(({ epochs }) => evaluatedOn(epochs))),
  );
  if (kinds.size > 1)
    return {
      title: 'Validation or test',
      words: 'the validation images where there are some, else on the test images',
    };
  return kinds.has('validation')
    ? { title: 'Validation', words: 'the validation images' }
    : { title: 'Test', words: 'the test images' };
}

/** @file The learning curves of the models: loss and accuracy by epoch, on the validation images where there are some, else on the test images. */

import { chart, frame, modelScales } from '../chart.ts';
import type { Figure } from '../figure.ts';
import { type EpochResult, evaluatedOn, evaluationOf, type Results } from '../results.ts';
import { COLOURS } from '../theme.ts';
import { percent } from '../unbroken.ts';

/** Ticks of the log scale. */
const LOSS_TICKS = [0.02, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.7, 1, 1.5, 2, 3, 5, 10];

/** Draws the training loss by step, and the loss on other images by epoch. */
export function lossCurves({ summary, metrics, epochs }: Results): Promise<Figure> {
  const stepsPerEpoch = Math.ceil(summary.images.train / summary.batchSize);
  const steps = metrics
    .filter((record) => record.type === 'steps')
    .map(({ model, step, loss }) => ({ model, epoch: step / stepsPerEpoch, loss }));
  const evaluated = evaluatedOn(epochs);
  const tests = epochs.map((result) => ({
    model: result.model,
    epoch: result.epoch,
    loss: evaluationOf(result).loss,
  }));
  const names = namesIn(epochs, steps);
  const { color, dash, shape } = fields(names);
  const encoding = {
    x: epochAxis({ domain: [0, summary.epochs], nice: false }),
    y: lossAxis([...steps, ...tests].map(({ loss }) => loss)),
    color,
  };
  const half = smoothing(steps.length / Math.max(1, names.length));
  return chart(
    {
      name: 'loss',
      title: 'Loss',
      subtitle: steps.length
        ? `lines: training${half ? ` (mean of ${2 * half + 1} records)` : ''}; marks: ${evaluated}`
        : `${evaluated} loss after each epoch`,
      description: `${capitalized(evaluated)} loss by epoch. ${series(epochs, names, (result) => evaluationOf(result).loss.toFixed(3))}`,
    },
    {
      ...frame(260),
      layer: [
        {
          data: { values: half ? steps : [] },
          mark: { type: 'line', strokeWidth: 1, opacity: 0.25 },
          encoding,
        },
        {
          data: { values: steps },
          transform: [
            {
              window: [{ op: 'mean', field: 'loss', as: 'smooth' }],
              frame: [-half, half],
              groupby: ['model'],
              sort: [{ field: 'epoch' }],
            },
          ],
          mark: { type: 'line', strokeWidth: 2 },
          encoding: { ...encoding, y: { ...encoding.y, field: 'smooth' }, strokeDash: dash },
        },
        ...(isLong(summary) ? [{ data: { values: tests }, mark: THIN_LINE, encoding }] : []),
        testMarks(marked(tests, summary), { ...encoding, shape }),
      ],
    },
  );
}

/** Draws the accuracy after each epoch. */
export function accuracyCurves({ summary, epochs }: Results): Promise<Figure> {
  const names = namesIn(epochs);
  const { color, dash, shape } = fields(names);
  const evaluated = evaluatedOn(epochs);
  const values = epochs.map((result) => ({
    model: result.model,
    epoch: result.epoch,
    accuracy: 100 * evaluationOf(result).accuracy,
  }));
  const encoding = {
    x: epochAxis({ domain: [Math.min(1, summary.epochs), summary.epochs], nice: false, padding: 14 }),
    y: {
      field: 'accuracy',
      type: 'quantitative' as const,
      scale: { zero: false, padding: 10 },
      axis: { title: `${evaluated} accuracy in %`, format: '.2~f' },
    },
    color,
  };
  return chart(
    {
      name: 'accuracy',
      title: `${capitalized(evaluated)} accuracy`,
      subtitle: 'after each epoch; the axis does not begin at 0',
      description: `${capitalized(evaluated)} accuracy by epoch. ${series(epochs, names, (result) => percent(evaluationOf(result).accuracy))}`,
    },
    {
      ...frame(260),
      data: { values },
      layer: [
        { mark: { type: 'line', strokeWidth: 2 }, encoding: { ...encoding, strokeDash: dash } },
        testMarks(marked(values, summary), { ...encoding, shape }),
      ],
    },
  );
}

const capitalized = (word: string): string => word.charAt(0).toUpperCase() + word.slice(1);

const epochAxis = (scale: { domain: number[]; nice: boolean; padding?: number }) => ({
  field: 'epoch',
  type: 'quantitative' as const,
  scale,
  axis: { title: 'epochs', tickMinStep: 1, tickCount: 8, grid: false, format: 'd' },
});

function lossAxis(losses: readonly number[]) {
  const range = [0.95 * Math.min(...losses), 1.05 * Math.max(...losses)];
  return {
    field: 'loss',
    type: 'quantitative' as const,
    scale: { type: 'log' as const, domain: range, nice: false },
    axis: {
      title: 'cross-entropy loss (log scale)',
      values: LOSS_TICKS.filter((tick) => tick >= range[0] && tick <= range[1]),
      format: '~g',
    },
  };
}

/** Returns the encodings that distinguish the models. */
function fields(names: readonly string[]) {
  const { colour, dash, shape } = modelScales(names);
  const field = { field: 'model', type: 'nominal' as const };
  return {
    color: { ...field, scale: colour },
    dash: { ...field, scale: dash },
    shape: { ...field, scale: shape },
  };
}

/** Most epochs of which each has a mark. The marks of more would overlap. */
const MOST_MARKS = 20;

const isLong = ({ epochs }: Results['summary']): boolean => epochs > MOST_MARKS;

/** Returns the values that have a mark: all of a short training, else about fifteen of each model, which include its last one. */
function marked<Value extends { model: string; epoch: number }>(
  values: readonly Value[],
  summary: Results['summary'],
): Value[] {
  if (!isLong(summary)) return [...values];
  const last = new Map(values.map(({ model, epoch }) => [model, epoch]));
  const distance = Math.ceil(summary.epochs / 15);
  return values.filter(({ model, epoch }) => ((last.get(model) ?? 0) - epoch) % distance === 0);
}

/** Joins values of which not every one has a mark. */
const THIN_LINE = { type: 'line' as const, strokeWidth: 1.5, strokeDash: [2, 3] };

/** Returns a layer of marks with a rim, which stand out from the lines. */
const testMarks = <Encoding>(values: object[], encoding: Encoding) => ({
  data: { values },
  mark: {
    type: 'point' as const,
    filled: true,
    size: 110,
    opacity: 1,
    stroke: COLOURS.surface,
    strokeWidth: 1.5,
  },
  encoding,
});

/** Returns how many records on each side the mean of a curve includes: enough to smooth it, few against its length. */
const smoothing = (records: number): number => Math.min(4, Math.floor(records / 30));

const namesIn = (...rows: { model: string }[][]): string[] => [
  ...new Set(rows.flat().map(({ model }) => model)),
];

/** Lists a value of each epoch, model by model. */
const series = (
  epochs: readonly EpochResult[],
  names: readonly string[],
  text: (epoch: EpochResult) => string,
): string =>
  names
    .map((name) => {
      const own = epochs.filter(({ model }) => model === name);
      return `${name}: ${own.map(text).join(', ') || 'none yet'}.`;
    })
    .join(' ');

/** @file How the models learned: loss while training, accuracy after each epoch. */

import { percent } from '../../format.ts';
import { chart, frame, modelScales } from '../chart.ts';
import type { Picture } from '../picture.ts';
import type { EpochResult, Results } from '../results.ts';
import { COLOURS } from '../theme.ts';

/** Marks of the log scale. */
const LOSS_TICKS = [0.02, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.7, 1, 1.5, 2, 3, 5, 10];

/** The training loss by step and the test loss by epoch. */
export function lossCurves({ summary, metrics, epochs }: Results): Promise<Picture> {
  const stepsPerEpoch = Math.ceil(summary.images.train / summary.batchSize);
  const steps = metrics
    .filter((record) => record.type === 'steps')
    .map(({ model, step, loss }) => ({ model, epoch: step / stepsPerEpoch, loss }));
  const tests = epochs.map(({ model, epoch, testLoss }) => ({ model, epoch, loss: testLoss }));
  const names = namesIn(epochs, steps);
  const { colour, dash, shape } = modelScales(names);
  const losses = [...steps, ...tests].map(({ loss }) => loss);
  const range = [0.95 * Math.min(...losses), 1.05 * Math.max(...losses)];
  const encoding = {
    x: {
      field: 'epoch',
      type: 'quantitative' as const,
      scale: { domain: [0, summary.epochs], nice: false },
      axis: { title: 'epochs', tickMinStep: 1, tickCount: 8, grid: false, format: 'd' },
    },
    y: {
      field: 'loss',
      type: 'quantitative' as const,
      scale: { type: 'log' as const, domain: range, nice: false },
      axis: {
        title: 'cross-entropy loss (log scale)',
        values: LOSS_TICKS.filter((tick) => tick >= range[0] && tick <= range[1]),
        format: '~g',
      },
    },
    color: { field: 'model', type: 'nominal' as const, scale: colour },
  };
  const half = smoothing(steps.length / Math.max(1, names.length));
  return chart(
    {
      name: 'loss',
      title: 'Loss',
      subtitle: steps.length
        ? `lines: training${half ? ` (mean of ${2 * half + 1} records)` : ''}; marks: test`
        : 'test loss after each epoch',
      description: `Test loss by epoch. ${series(epochs, names, ({ testLoss }) => testLoss.toFixed(3))}`,
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
          encoding: {
            ...encoding,
            y: { ...encoding.y, field: 'smooth' },
            strokeDash: { field: 'model', type: 'nominal', scale: dash },
          },
        },
        testMarks(tests, { ...encoding, shape: { field: 'model', type: 'nominal', scale: shape } }),
      ],
    },
  );
}

/** The share of right test images after each epoch. */
export function accuracyCurves({ summary, epochs }: Results): Promise<Picture> {
  const names = namesIn(epochs);
  const { colour, dash, shape } = modelScales(names);
  const values = epochs.map(({ model, epoch, testAccuracy }) => ({
    model,
    epoch,
    accuracy: 100 * testAccuracy,
  }));
  const encoding = {
    x: {
      field: 'epoch',
      type: 'quantitative' as const,
      scale: { domain: [Math.min(1, summary.epochs), summary.epochs], nice: false, padding: 14 },
      axis: { title: 'epochs', tickMinStep: 1, tickCount: 8, grid: false, format: 'd' },
    },
    y: {
      field: 'accuracy',
      type: 'quantitative' as const,
      scale: { zero: false, padding: 10 },
      axis: { title: 'test accuracy in %' },
    },
    color: { field: 'model', type: 'nominal' as const, scale: colour },
  };
  return chart(
    {
      name: 'accuracy',
      title: 'Test accuracy',
      subtitle: 'after each epoch; the axis does not begin at 0',
      description: `Test accuracy by epoch. ${series(epochs, names, ({ testAccuracy }) => percent(testAccuracy))}`,
    },
    {
      ...frame(260),
      data: { values },
      layer: [
        {
          mark: { type: 'line', strokeWidth: 2 },
          encoding: {
            ...encoding,
            strokeDash: { field: 'model', type: 'nominal', scale: dash },
          },
        },
        testMarks(values, { ...encoding, shape: { field: 'model', type: 'nominal', scale: shape } }),
      ],
    },
  );
}

/** Marks with a rim, so that they stand out from the lines. */
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

/** Records on either side that a curve is averaged with: enough to calm it, few against its length. */
const smoothing = (records: number): number => Math.min(4, Math.floor(records / 30));

const namesIn = (...rows: { model: string }[][]): string[] => [
  ...new Set(rows.flat().map(({ model }) => model)),
];

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

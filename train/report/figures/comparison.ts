/** @file Two charts that compare the models: their results side by side, and accuracy against training time. */
import { count, list } from '../../format.ts';
import { chart, frame, modelScales } from '../chart.ts';
import type { Figure } from '../figure.ts';
import type { ModelResults } from '../results.ts';
import { COLOURS } from '../theme.ts';
import { percent, seconds } from '../unbroken.ts';

/** Draws bars of accuracy, loss, training time and size, a panel for each. */
export function comparison(models: readonly ModelResults[]): Promise<Figure> {
  const described = models.map(
    ({ name, final, trainSeconds, parameters }) =>
      `${name}: ${percent(final.testAccuracy)} accuracy, loss ${final.testLoss.toFixed(3)}, ${seconds(trainSeconds)}, ${count(parameters)} parameters`,
  );
  return chart(
    {
      name: 'comparison',
      title: 'The models side by side',
      subtitle: 'after the last epoch, on the test set',
      description: `${described.join('; ')}.`,
    },
    {
      spacing: 14,
      vconcat: [
        panel(models, 'test accuracy (higher is better)', ({ final }) => final.testAccuracy, percent),
        panel(
          models,
          'test loss (lower is better)',
          ({ final }) => final.testLoss,
          (loss) => loss.toFixed(3),
        ),
        panel(models, 'training time', ({ trainSeconds }) => trainSeconds, seconds),
        panel(models, 'parameters', ({ parameters }) => parameters, count),
      ],
    },
  );
}

/** Returns a bar chart of one measure, with its value beside each bar. */
function panel(
  models: readonly ModelResults[],
  title: string,
  value: (model: ModelResults) => number,
  label: (value: number) => string,
) {
  const names = models.map(({ name }) => name);
  const values = models.map((model) => ({
    model: model.name,
    value: value(model),
    label: label(value(model)),
  }));
  const axis = {
    title: null,
    ticks: false,
    domain: false,
    labelPadding: 8,
    labelColor: COLOURS.ink,
    minExtent: 60,
    maxExtent: 60,
  };
  // Leaves space for the label of the longest bar.
  const scale = { domain: [0, 1.22 * Math.max(...values.map((row) => row.value))], nice: false };
  const colour = modelScales(names).colour;
  return {
    title,
    width: 316,
    height: { step: 22 },
    data: { values },
    encoding: {
      y: { field: 'model', type: 'nominal' as const, sort: names, axis },
      x: { field: 'value', type: 'quantitative' as const, axis: null, scale },
    },
    layer: [
      {
        mark: { type: 'bar' as const, height: 14 },
        encoding: { color: { field: 'model', type: 'nominal' as const, scale: colour, legend: null } },
      },
      {
        mark: { type: 'text' as const, align: 'left' as const, dx: 6 },
        encoding: { text: { field: 'label', type: 'nominal' as const } },
      },
    ],
  };
}

/** Draws test accuracy against training time. */
export function accuracyByTime(models: readonly ModelResults[]): Promise<Figure> {
  const names = models.map(({ name }) => name);
  const { colour, shape } = modelScales(names);
  // The logarithmic scale has no zero.
  const times = models.map(({ trainSeconds }) => Math.max(trainSeconds, 0.001));
  const range = [Math.min(...times) / 2.5, Math.max(...times) * 2.5];
  const values = models.map(({ name, final }, i) => ({
    model: name,
    time: times[i],
    accuracy: 100 * final.testAccuracy,
  }));
  const described = models
    .toSorted((a, b) => a.trainSeconds - b.trainSeconds)
    .map(
      ({ name, final, trainSeconds }) =>
        `${name} with ${percent(final.testAccuracy)} after ${seconds(trainSeconds)}`,
    );
  return chart(
    {
      name: 'worth',
      title: 'Accuracy by training time',
      subtitle: 'higher is better, further left is faster',
      description: `Test accuracy against training time. From fast to slow: ${list(described)}.`,
    },
    {
      ...frame(310),
      data: { values },
      mark: { type: 'point', filled: true, size: 170, opacity: 1 },
      encoding: {
        x: {
          field: 'time',
          type: 'quantitative',
          scale: { type: 'log', nice: false, domain: range },
          axis: {
            title: 'training time in seconds (log scale)',
            values: logTicks(range),
            format: '~g',
            grid: false,
          },
        },
        y: {
          field: 'accuracy',
          type: 'quantitative',
          scale: { zero: false, padding: 16 },
          axis: { title: 'test accuracy in %', tickCount: 6 },
        },
        color: { field: 'model', type: 'nominal', scale: colour },
        shape: { field: 'model', type: 'nominal', scale: shape },
      },
    },
  );
}

/** Returns 1, 2, 5, 10 and so on within a range; only powers of ten in a range over 1000. */
function logTicks([low, high]: readonly number[]): number[] {
  const steps = high / low > 1000 ? [1] : [1, 2, 5];
  return Array.from({ length: 12 }, (_, i) => i - 4)
    .flatMap((power) => steps.map((step) => step * 10 ** power))
    .filter((tick) => tick >= low && tick <= high);
}

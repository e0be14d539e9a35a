/** @file The lab's closing question as two charts: how good is each model, and what does it cost. */

import { count, list, percent, seconds } from '../../format.ts';
import { chart, frame, modelScales } from '../chart.ts';
import type { Picture } from '../picture.ts';
import type { ModelResults } from '../results.ts';
import { COLOURS } from '../theme.ts';

/** Bars of every measure by model. */
export function comparison(models: readonly ModelResults[]): Promise<Picture> {
  const names = models.map(({ name }) => name);
  const panel = (title: string, value: (model: ModelResults) => number, label: (value: number) => string) => {
    const values = models.map((model) => ({
      model: model.name,
      value: value(model),
      label: label(value(model)),
    }));
    return {
      title,
      width: 316,
      height: { step: 22 },
      data: { values },
      encoding: {
        y: {
          field: 'model',
          type: 'nominal' as const,
          sort: names,
          axis: {
            title: null,
            ticks: false,
            domain: false,
            labelPadding: 8,
            labelColor: COLOURS.ink,
            minExtent: 60,
            maxExtent: 60,
          },
        },
        x: {
          field: 'value',
          type: 'quantitative' as const,
          axis: null,
          // Room for the number beside the longest bar.
          scale: { domain: [0, 1.22 * Math.max(...values.map((row) => row.value))], nice: false },
        },
      },
      layer: [
        {
          mark: { type: 'bar' as const, height: 14 },
          encoding: {
            color: {
              field: 'model',
              type: 'nominal' as const,
              scale: modelScales(names).colour,
              legend: null,
            },
          },
        },
        {
          mark: { type: 'text' as const, align: 'left' as const, dx: 6 },
          encoding: { text: { field: 'label', type: 'nominal' as const } },
        },
      ],
    };
  };
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
        panel('test accuracy (more is better)', ({ final }) => final.testAccuracy, percent),
        panel(
          'test loss (less is better)',
          ({ final }) => final.testLoss,
          (loss) => loss.toFixed(3),
        ),
        panel('training time', ({ trainSeconds }) => trainSeconds, seconds),
        panel('parameters', ({ parameters }) => parameters, count),
      ],
    },
  );
}

/** Accuracy against training time. */
export function worth(models: readonly ModelResults[]): Promise<Picture> {
  const names = models.map(({ name }) => name);
  const { colour, shape } = modelScales(names);
  // A logarithmic scale has no zero.
  const times = models.map(({ trainSeconds }) => Math.max(trainSeconds, 0.001));
  const range = [Math.min(...times) / 2.5, Math.max(...times) * 2.5];
  return chart(
    {
      name: 'worth',
      title: 'Is it worth its time?',
      subtitle: 'further up is better, further left is cheaper',
      description: `Test accuracy against training time. From fast to slow: ${list(
        models
          .toSorted((a, b) => a.trainSeconds - b.trainSeconds)
          .map(
            ({ name, final, trainSeconds }) =>
              `${name} with ${percent(final.testAccuracy)} after ${seconds(trainSeconds)}`,
          ),
      )}.`,
    },
    {
      ...frame(310),
      data: {
        values: models.map(({ name, final }, i) => ({
          model: name,
          time: times[i],
          accuracy: 100 * final.testAccuracy,
        })),
      },
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

/** 1, 2, 5, 10 and so on within a range; only powers of ten where it is wide. */
function logTicks([low, high]: readonly number[]): number[] {
  const steps = high / low > 1000 ? [1] : [1, 2, 5];
  return Array.from({ length: 12 }, (_, i) => i - 4)
    .flatMap((power) => steps.map((step) => step * 10 ** power))
    .filter((tick) => tick >= low && tick <= high);
}

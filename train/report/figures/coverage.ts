/** @file The effect of declining to answer: accuracy by coverage, the share of images that get an answer. */
import { leastScoreOf } from '#shared/abstention.ts';
import type { Manifest } from '#shared/manifest.ts';
import type { TestPrediction } from '../../release/predictions.ts';
import { chart, frame } from '../chart.ts';
import type { Figure } from '../figure.ts';
import { COLOURS } from '../theme.ts';
import { percent } from '../unbroken.ts';

/** The effect of answering only when the certainty reaches a threshold. */
export interface CoveragePoint {
  threshold: number;
  /** Share of images that get an answer, in 0..1. */
  coverage: number;
  /** Share of answers that are correct, in 0..1. */
  accuracy: number;
}

/** Largest number of points: one for each percent of the images. */
const POINTS = 100;

/** Returns the thresholds that answer 1 %, 2 % … 100 % of the images, highest certainty first (El-Yaniv and Wiener 2010). */
export function coverageCurve(predictions: readonly TestPrediction[]): CoveragePoint[] {
  const sorted = predictions.toSorted((a, b) => b.certainty - a.certainty);
  const points: CoveragePoint[] = [];
  let right = 0;
  for (const [i, { certainty, label, prediction }] of sorted.entries()) {
    if (label === prediction) right += 1;
    const answered = i + 1;
    // A threshold answers all images of equal certainty or none.
    if (answered < sorted.length && sorted[i + 1].certainty === certainty) continue;
    if (Math.floor((POINTS * answered) / sorted.length) === points.length) continue;
    points.push({ threshold: certainty, coverage: answered / sorted.length, accuracy: right / answered });
  }
  return points;
}

/**
 * Draws the curve for the images that a label names, and marks where the service answers. Says for how many images of none of the labels it
 * declines to answer.
 */
export function coverageFigure(
  { name, labels, ...rules }: Pick<Manifest, 'name' | 'labels' | 'none' | 'leastScore'>,
  predictions: readonly TestPrediction[],
): Promise<Figure> {
  const least = leastScoreOf(rules);
  const none = rules.none === undefined ? -1 : labels.indexOf(rules.none);
  const [named, others] = [false, true].map((isOther) =>
    predictions.filter(({ label }) => (label === none) === isOther),
  );
  const answered = named.filter(({ certainty }) => certainty >= least);
  const right = answered.filter(({ label, prediction }) => label === prediction);
  const [coverage, accuracy] = [answered.length / named.length, right.length / answered.length];
  const declined = others.filter(({ certainty }) => certainty < least).length;
  const certainty = none === -1 ? 'score' : 'score less that of none of these';
  const percents = (point: Omit<CoveragePoint, 'threshold'>) => ({
    answered: 100 * point.coverage,
    right: 100 * point.accuracy,
  });
  const values = coverageCurve(named).map(percents);
  return chart(
    {
      name: `coverage-${name}`,
      title: `Accuracy of ${name} by coverage`,
      subtitle: subtitleOf(least, none !== -1, others.length, declined),
      description: `${percent(coverage)} of the test images have a ${certainty} of ${least} or more, and ${percent(accuracy)} of those are correct.${others.length > 0 ? ` Of ${others.length} images of none of these, ${declined} are declined.` : ''}`,
    },
    {
      ...frame(310),
      encoding: {
        x: {
          field: 'answered',
          type: 'quantitative',
          scale: { domain: [0, 100], nice: false },
          axis: { values: [0, 20, 40, 60, 80, 100], title: 'images with an answer in %', grid: false },
        },
        y: {
          field: 'right',
          type: 'quantitative',
          scale: { zero: false },
          axis: { title: 'correct answers in %' },
        },
      },
      layer: [
        { data: { values }, mark: { type: 'line', color: COLOURS.blue, strokeWidth: 2 } },
        {
          data: { values: answered.length > 0 ? [percents({ coverage, accuracy })] : [] },
          mark: {
            type: 'point',
            filled: true,
            size: 110,
            opacity: 1,
            color: COLOURS.vermillion,
            stroke: COLOURS.surface,
            strokeWidth: 1.5,
          },
        },
      ],
    },
  );
}

/** Returns what the mark means, in a line of the figure's width. */
function subtitleOf(least: number, hasNone: boolean, others: number, declined: number): string {
  if (others > 0) return `mark: ${least} or more; ${declined} of ${others} other images declined`;
  const first = hasNone ? 'most certain' : 'highest score';
  return `test images, ${first} first; mark: ${hasNone ? '' : 'score '}${least} or more`;
}

/** @file The effect of declining to answer: accuracy by coverage, the share of images that get an answer. */
import { LEAST_SCORE } from '#shared/abstention.ts';
import type { TestPrediction } from '../../release/predictions.ts';
import { chart, frame } from '../chart.ts';
import type { Figure } from '../figure.ts';
import { COLOURS } from '../theme.ts';
import { percent } from '../unbroken.ts';

/** The effect of answering only when the score reaches a threshold. */
export interface CoveragePoint {
  threshold: number;
  /** Share of images that get an answer, in 0..1. */
  coverage: number;
  /** Share of answers that are correct, in 0..1. */
  accuracy: number;
}

/** Largest number of points: one for each percent of the images. */
const POINTS = 100;

/** Returns the thresholds that answer 1 %, 2 % … 100 % of the images, highest score first (El-Yaniv and Wiener 2010). */
export function coverageCurve(predictions: readonly TestPrediction[]): CoveragePoint[] {
  const sorted = predictions.toSorted((a, b) => b.score - a.score);
  const points: CoveragePoint[] = [];
  let right = 0;
  for (const [i, { score, label, prediction }] of sorted.entries()) {
    if (label === prediction) right += 1;
    const answered = i + 1;
    // A threshold answers all images of equal score or none.
    if (answered < sorted.length && sorted[i + 1].score === score) continue;
    if (Math.floor((POINTS * answered) / sorted.length) === points.length) continue;
    points.push({ threshold: score, coverage: answered / sorted.length, accuracy: right / answered });
  }
  return points;
}

/** Draws the curve and marks the threshold of the service. */
export function coverageFigure(name: string, predictions: readonly TestPrediction[]): Promise<Figure> {
  const answered = predictions.filter(({ score }) => score >= LEAST_SCORE);
  const right = answered.filter(({ label, prediction }) => label === prediction);
  const [coverage, accuracy] = [answered.length / predictions.length, right.length / answered.length];
  const percents = (point: Omit<CoveragePoint, 'threshold'>) => ({
    answered: 100 * point.coverage,
    right: 100 * point.accuracy,
  });
  const values = coverageCurve(predictions).map(percents);
  return chart(
    {
      name: `coverage-${name}`,
      title: `Accuracy of ${name} by coverage`,
      subtitle: `test images, highest score first; mark: score ${LEAST_SCORE} or more`,
      description: `${percent(coverage)} of the test images have a score of ${LEAST_SCORE} or more, and ${percent(accuracy)} of those are correct.`,
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

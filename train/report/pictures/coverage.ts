/** @file What it brings to decline to answer: the share of right answers by the share of images that get one. */
import { LEAST_SCORE } from '#shared/abstention.ts';
import { percent } from '../../format.ts';
import { chart, frame } from '../chart.ts';
import type { Picture } from '../picture.ts';
import type { Judgement } from '../predict.ts';
import { COLOURS } from '../theme.ts';

/** One of the possible rules "answer when the score is at least so much"; shares in 0..1. */
export interface CoveragePoint {
  threshold: number;
  coverage: number;
  accuracy: number;
}

/** Points of the curve: one for each percent of the images. */
const POINTS = 100;

/** The rules that answer 1 %, 2 % … all of the images, the surest first (El-Yaniv and Wiener 2010). */
export function coverageCurve(judgements: readonly Judgement[]): CoveragePoint[] {
  const surest = judgements.toSorted((a, b) => b.score - a.score);
  const points: CoveragePoint[] = [];
  let right = 0;
  for (const [i, { score, label, prediction }] of surest.entries()) {
    if (label === prediction) right += 1;
    const answered = i + 1;
    // Images of the same score are answered together or not at all.
    if (answered < surest.length && surest[i + 1].score === score) continue;
    if (Math.floor((POINTS * answered) / surest.length) === points.length) continue;
    points.push({ threshold: score, coverage: answered / surest.length, accuracy: right / answered });
  }
  return points;
}

/** Draws the curve, and on it the rule that the service answers by. */
export function coveragePicture(name: string, judgements: readonly Judgement[]): Promise<Picture> {
  const answered = judgements.filter(({ score }) => score >= LEAST_SCORE);
  const right = answered.filter(({ label, prediction }) => label === prediction);
  const [coverage, accuracy] = [answered.length / judgements.length, right.length / answered.length];
  const percents = (point: Omit<CoveragePoint, 'threshold'>) => ({
    answered: 100 * point.coverage,
    right: 100 * point.accuracy,
  });
  const values = coverageCurve(judgements).map(percents);
  return chart(
    {
      name: `coverage-${name}`,
      title: `When ${name} declines to answer`,
      subtitle: `test images, the surest first; the mark: scores from ${LEAST_SCORE} on`,
      description: `${percent(coverage)} of the test images have a score of ${LEAST_SCORE} or more, and ${percent(accuracy)} of those are right.`,
    },
    {
      ...frame(310),
      encoding: {
        x: {
          field: 'answered',
          type: 'quantitative',
          scale: { domain: [0, 100], nice: false },
          axis: { values: [0, 20, 40, 60, 80, 100], title: 'images that get an answer, in %', grid: false },
        },
        y: {
          field: 'right',
          type: 'quantitative',
          scale: { zero: false },
          axis: { title: 'right of those, in %' },
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

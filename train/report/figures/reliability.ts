/** @file The reliability diagram of a model: the share of correct predictions by score. */

import { chart, frame } from '../chart.ts';
import type { Figure } from '../figure.ts';
import type { ModelResults } from '../results.ts';
import { COLOURS } from '../theme.ts';
import { percent } from '../unbroken.ts';

/** Results of a model that was calibrated. */
export type CalibratedResults = ModelResults & Required<Pick<ModelResults, 'calibration' | 'reliability'>>;

export const isCalibrated = (model: ModelResults): model is CalibratedResults =>
  model.calibration !== undefined && model.reliability !== undefined;

const SERIES = ['before', 'after'] as const;

/** Draws the reliability diagram before and after calibration. */
export function reliabilityDiagram({ name, calibration, reliability }: CalibratedResults): Promise<Figure> {
  const { temperature, ece } = calibration;
  const scale = { domain: [0, 100], nice: false };
  const axis = { values: [0, 20, 40, 60, 80, 100] };
  return chart(
    {
      name: `reliability-${name}`,
      title: `Reliability of ${name}`,
      subtitle: `test images by score; temperature ${temperature.toFixed(3)}`,
      description: `Expected calibration error ${percent(ece.before)} before and ${percent(ece.after)} after calibration, in ${ece.bins} bins.`,
    },
    {
      ...frame(310),
      encoding: {
        x: {
          field: 'score',
          type: 'quantitative',
          scale,
          axis: { ...axis, title: 'score in %', grid: false },
        },
        y: { field: 'right', type: 'quantitative', scale, axis: { ...axis, title: 'correct in %' } },
      },
      layer: [DIAGONAL, binMarks(reliability)],
    },
  );
}

const DIAGONAL = {
  data: {
    values: [
      { score: 0, right: 0 },
      { score: 100, right: 100 },
    ],
  },
  mark: { type: 'line' as const, color: COLOURS.muted, strokeWidth: 1, strokeDash: [4, 4] },
};

/** Returns a layer with a mark for each bin that has images. */
function binMarks(reliability: CalibratedResults['reliability']) {
  const values = SERIES.flatMap((series) =>
    reliability[series]
      .filter(({ images }) => images > 0)
      .map(({ images, accuracy, confidence }) => ({
        series,
        images,
        score: 100 * confidence,
        right: 100 * accuracy,
      })),
  );
  const series = { field: 'series', type: 'nominal' as const };
  const domain = [...SERIES];
  return {
    data: { values },
    mark: { type: 'point' as const, filled: true, opacity: 1, stroke: COLOURS.surface, strokeWidth: 1 },
    encoding: {
      color: { ...series, scale: { domain, range: [COLOURS.vermillion, COLOURS.blue] } },
      shape: { ...series, scale: { domain, range: ['square', 'circle'] } },
      // The area shows the number of images. The least size keeps a bin of few images visible.
      size: {
        field: 'images',
        type: 'quantitative' as const,
        scale: { range: [40, 260] },
        legend: null,
      },
    },
  };
}

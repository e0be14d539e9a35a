/** @file The confusion matrix of a model. */
import { count } from '../../format.ts';
import { chart } from '../chart.ts';
import type { Figure } from '../figure.ts';
import type { ModelResults } from '../results.ts';
import { COLOURS, inkOn } from '../theme.ts';

export interface Confusion {
  label: string;
  prediction: string;
  images: number;
}

/** Returns the cells off the diagonal, largest first. */
export const confusions = ({ labels, confusion }: ModelResults): Confusion[] =>
  confusion
    .flatMap((row, i) =>
      row.map((images, j) => ({ label: labels[i], prediction: labels[j], images, wrong: i !== j })),
    )
    .filter(({ wrong, images }) => wrong && images > 0)
    .sort((a, b) => b.images - a.images);

/** A confusion of this share of a label's images, or more, has the deepest colour. */
const FULL_CONFUSION = 0.25;

/** Draws the confusion matrix: rows are labels, columns predictions. */
export function confusionMatrix(model: ModelResults): Promise<Figure> {
  const [top] = confusions(model);
  return chart(
    {
      name: `confusion-${model.name}`,
      title: `Confusion matrix of ${model.name}`,
      subtitle: 'test images; rows: label, columns: prediction',
      description: top
        ? `The most frequent mistake: ${top.label} predicted as ${top.prediction}, ${count(top.images)} times.`
        : 'No mistakes.',
    },
    {
      autosize: 'none',
      padding: { left: 84, top: 80, right: 0, bottom: 0 },
      width: 310,
      height: 270,
      data: { values: cellsOf(model) },
      encoding: {
        x: classAxis(model, 'prediction', { orient: 'top', labelAngle: -90 }),
        y: classAxis(model, 'label'),
      },
      layer: [
        {
          mark: { type: 'rect', cornerRadius: 2 },
          encoding: {
            color: { field: 'colour', type: 'nominal', scale: null },
            fillOpacity: { field: 'opacity', type: 'quantitative', scale: null },
          },
        },
        {
          mark: { type: 'text', fontSize: 12.5, fontWeight: { expr: 'datum.weight' } },
          encoding: {
            text: { field: 'text', type: 'nominal' },
            color: { field: 'ink', type: 'nominal', scale: null },
          },
        },
      ],
    },
  );
}

/** Returns the matrix as a list of cells with their colours. */
const cellsOf = ({ labels, confusion }: ModelResults) =>
  confusion.flatMap((row, i) => {
    const total = row.reduce((a, b) => a + b, 0) || 1;
    return row.map((images, j) => {
      const share = images / total;
      const strength = i === j ? share : Math.sqrt(Math.min(1, share / FULL_CONFUSION));
      const opacity = images > 0 ? 0.06 + 0.94 * strength : 0;
      return {
        label: labels[i],
        prediction: labels[j],
        text: images > 0 ? String(images) : '',
        colour: i === j ? COLOURS.cool : COLOURS.warm,
        opacity,
        ink: inkOn(opacity),
        weight: strength > 0.4 ? 'bold' : 'normal',
      };
    });
  });

const classAxis = (
  { labels }: ModelResults,
  field: 'label' | 'prediction',
  axis: { orient?: 'top'; labelAngle?: number } = {},
) => ({
  field,
  type: 'nominal' as const,
  sort: [...labels],
  scale: { paddingInner: 0.06, paddingOuter: 0 },
  axis: { title: null, domain: false, ticks: false, labelColor: COLOURS.ink, labelPadding: 5, ...axis },
});

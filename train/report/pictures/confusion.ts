/** @file What a model takes for what. */
import { LABELS } from '#shared/labels.ts';
import { count } from '../../format.ts';
import { chart } from '../chart.ts';
import type { Picture } from '../picture.ts';
import type { ModelResults } from '../results.ts';
import { COLOURS, inkOn } from '../theme.ts';

export interface Confusion {
  label: string;
  prediction: string;
  images: number;
}

/** The off-diagonal cells, largest first. */
export const confusions = ({ confusion }: ModelResults): Confusion[] =>
  confusion
    .flatMap((row, i) =>
      row.map((images, j) => ({ label: LABELS[i], prediction: LABELS[j], images, wrong: i !== j })),
    )
    .filter(({ wrong, images }) => wrong && images > 0)
    .sort((a, b) => b.images - a.images);

/** A confusion at this share of a label's images has the fullest colour. */
const FULL_CONFUSION = 0.25;

/** The confusion matrix: rows are labels, columns predictions. */
export function confusionMatrix(model: ModelResults): Promise<Picture> {
  const cells = model.confusion.flatMap((row, i) => {
    const total = row.reduce((a, b) => a + b, 0) || 1;
    return row.map((images, j) => {
      const share = images / total;
      const strength = i === j ? share : Math.sqrt(Math.min(1, share / FULL_CONFUSION));
      const opacity = images > 0 ? 0.06 + 0.94 * strength : 0;
      return {
        label: LABELS[i],
        prediction: LABELS[j],
        text: images > 0 ? String(images) : '',
        colour: i === j ? COLOURS.cool : COLOURS.warm,
        opacity,
        ink: inkOn(opacity),
        weight: strength > 0.4 ? 'bold' : 'normal',
      };
    });
  });
  const axis = { domain: false, ticks: false, labelColor: COLOURS.ink, labelPadding: 5 };
  const [top] = confusions(model);
  return chart(
    {
      name: `confusion-${model.name}`,
      title: `What ${model.name} takes for what`,
      subtitle: 'test images; rows: label, columns: prediction',
      description: top
        ? `Confusion matrix. Most often ${top.label} is taken for ${top.prediction}, ${count(top.images)} times.`
        : 'Confusion matrix without a mistake.',
    },
    {
      autosize: 'none',
      padding: { left: 84, top: 80, right: 0, bottom: 0 },
      width: 310,
      height: 270,
      data: { values: cells },
      encoding: {
        x: {
          field: 'prediction',
          type: 'nominal',
          sort: [...LABELS],
          scale: { paddingInner: 0.06, paddingOuter: 0 },
          axis: { ...axis, title: null, orient: 'top', labelAngle: -90 },
        },
        y: {
          field: 'label',
          type: 'nominal',
          sort: [...LABELS],
          scale: { paddingInner: 0.06, paddingOuter: 0 },
          axis: { ...axis, title: null },
        },
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

/** @file The labels of the field's model, and the check of a label that the page has set. */
import type { Classification } from '#shared/inference/result.ts';
import { answersOf } from '#shared/predictions.ts';
import { labels, none } from '../../release/tinyvgg.json';
import type { FieldSnapshot } from './snapshot.ts';
import { labelOf, NONE, resultOf } from './state.ts';

type Source = Pick<FieldSnapshot, 'state' | 'model' | 'modelLabels'>;

/** Returns the labels in the model's order, so that they are the same for every photo; undefined while they are not known. */
export function labelsOf({ state, model, modelLabels }: Source): readonly string[] | undefined {
  const result = resultOf(state);
  if (!result) return model === null ? answersOf({ labels, none }) : modelLabels;
  return labelsOfResult(result);
}

/** Returns the labels of the model that gave a result, in the model's order. */
export const labelsOfResult = ({ predictions }: Classification): string[] =>
  predictions.toSorted((one, other) => one.index - other.index).map(({ label }) => label);

/**
 * Returns the field's label if its model has no such label. A label of the page can be mistyped, or of another version of the model. With
 * the default model, the page may use labels of its own.
 */
export function unknownLabelOf(field: Source): string | undefined {
  const label = labelOf(field.state);
  if (field.model === null || label === '' || label === NONE) return undefined;
  return labelsOf(field)?.includes(label) === false ? label : undefined;
}

/** @file The field in its form: the submitted entries, the validity, and the state that the browser restores with the page. */
import { unknownLabelOf } from './labels.ts';
import type { FieldOptions } from './options.ts';
import type { FieldSnapshot } from './snapshot.ts';
import {
  DECIDERS,
  deciderOf,
  isBusy,
  isUndecided,
  isUnsure,
  labelOf,
  resultOf,
  type State,
  scoreOf,
} from './state.ts';

/**
 * Updates the form's entries and the field's validity.
 * @param anchor the element that the browser's validation message points at
 * @returns the validation error, if any
 */
export function updateFormValue(
  internals: ElementInternals,
  field: FieldSnapshot,
  anchor: HTMLElement,
): string | undefined {
  internals.setFormValue(entriesOf(field), serializeState(field.state));
  const [flags, error] = validityOf(field);
  internals.setValidity(flags, error, anchor);
  return error;
}

/**
 * | entry              | value                                                                               |
 * | ------------------ | ----------------------------------------------------------------------------------- |
 * | `<name>`           | the label; `none` when the visitor chose "None of these"                            |
 * | `<name>-by`        | who decided about the label: `model`, `person` or `page` (a script or an attribute) |
 * | `<name>-score`     | the model's score; absent when the label is not the model's                         |
 * | `<name>-abstained` | why the model declined to answer; absent if it did not                              |
 * | `<name>-token`     | with `sign`: the result, signed by the endpoint                                     |
 * | `<name>-file`      | with `include-file`: the photo; the token holds its SHA-256                         |
 */
function entriesOf({ state, name, includeFile, photo }: FieldSnapshot): FormData | null {
  const value = labelOf(state);
  if (name === '' || value === '') return null;
  const { abstained, token } = resultOf(state) ?? {};
  const entries = new FormData();
  const set = (suffix: string, text: string | number | null | undefined) => {
    if (text !== undefined && text !== null) entries.set(`${name}${suffix}`, String(text));
  };
  set('', value);
  set('-by', deciderOf(state));
  set('-score', scoreOf(state));
  set('-abstained', abstained);
  set('-token', token);
  if (includeFile && photo) entries.set(`${name}-file`, photo.file);
  return entries;
}

/** Returns the flags for `ElementInternals.setValidity` and the error for the visitor. */
function validityOf(field: FieldSnapshot): [ValidityStateFlags, string?] {
  const { state, required, minScore, customError, messages } = field;
  const unknownLabel = unknownLabelOf(field);
  if (customError) return [{ customError: true }, customError];
  if (unknownLabel) return [{ badInput: true }, messages.unknownLabel.replace('{label}', unknownLabel)];
  if (required && isBusy(state)) return [{ badInput: true }, messages.stillWorking];
  if (required && state.kind === 'failed') return [{ badInput: true }, messages.problems[state.text]];
  if (required && state.kind === 'empty') return [{ valueMissing: true }, messages.missing];
  const error = isUndecided(state) ? messages.decide : messages.confirm;
  if (required && isUnsure(state)) return [{ valueMissing: true }, error];
  if (minScore !== undefined && isUnsure(state, minScore)) return [{ rangeUnderflow: true }, error];
  return [{}];
}

/** Serializes a state for the browser's session history, without the images. */
function serializeState(state: State): string | null {
  if (state.kind !== 'answered') return null;
  const { explanation: _, ...result } = state.result ?? { predictions: [] };
  return JSON.stringify(state.result ? { ...state, result } : state);
}

/**
 * Parses a state from the browser's session history. Returns undefined for any other text, and for a result that lacks what the form
 * must receive with it: a token, or the photo, which the browser does not keep. The result of another model is not restored either.
 */
export function restoreState(
  text: unknown,
  { sign, includeFile, model }: Pick<FieldOptions, 'sign' | 'includeFile' | 'model'>,
): State | undefined {
  try {
    const state = JSON.parse(String(text)) as State;
    if (state.kind !== 'answered' || !DECIDERS.includes(state.by) || labelOf(state) === '') return undefined;
    if (includeFile && state.result) return undefined;
    if (model !== null && state.result && state.result.model.name !== model) return undefined;
    return sign && !state.result?.token ? undefined : state;
  } catch {
    return undefined;
  }
}

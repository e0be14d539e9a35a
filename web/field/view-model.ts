/** @file What the view shows, derived from the field's snapshot. */
import type { Classification } from '#shared/inference/result.ts';
import en, { type Messages } from './messages/en.ts';
import type { FieldSnapshot } from './snapshot.ts';
import type { State } from './state.ts';

export interface ViewModel {
  state: State;
  messages: Messages;
  /** Language in which numbers are formatted. */
  language: string;
  /** Language of the texts: English if the page's language has none. */
  textLanguage: string;
  /** Text of the field's own label; empty if the page has a label. */
  label: string;
  /** Accessible name. */
  name: string;
  /** Empty for none. */
  hint: string;
  /** Validation error; empty until the visitor has tried to submit the form. */
  error: string;
  /** Replaces the status line; empty for none. */
  notice: string;
  isDisabled: boolean;
  /** File types, as `HTMLInputElement.accept`. */
  accept: string;
  bitmap: ImageBitmap | undefined;
  /** The result's details; undefined without a result. */
  result: ResultModel | undefined;
}

export interface ResultModel {
  result: Classification;
  /** Whether this device computed the result. */
  isLocal: boolean;
  /** The label that the visitor confirmed or chose. */
  chosen: string | undefined;
  /** Number of labels in the table. */
  top: number;
  messages: Messages;
  language: string;
  isDisabled: boolean;
}

/**
 * @param error the field's validation error, if any
 * @param pageLabels the page's `<label>` elements for the field
 */
export function viewModelOf(
  field: FieldSnapshot,
  error: string | undefined,
  pageLabels: Iterable<Node>,
): ViewModel {
  const { state, messages, language, isDisabled, accept, notice, photo } = field;
  const labels = Array.from(pageLabels, ({ textContent }) => textContent?.trim() ?? '');
  const label = field.label ?? (labels.length > 0 ? '' : messages.label);
  return {
    ...{ state, messages, language, isDisabled, accept, label },
    textLanguage: messages === en ? 'en' : language,
    name: label || labels.join(' '),
    hint: field.hint ?? (field.mode === 'local' ? messages.hintLocal : messages.hint),
    error: field.isSubmitted && state.kind !== 'failed' ? (error ?? '') : '',
    notice: notice ? messages[notice] : '',
    bitmap: photo?.bitmap,
    result: resultModelOf(field),
  };
}

function resultModelOf({
  state,
  top,
  messages,
  language,
  isDisabled,
}: FieldSnapshot): ResultModel | undefined {
  if (state.kind !== 'answered' || !state.result) return undefined;
  const { result, chosen, isLocal = false } = state;
  return { result, chosen, isLocal, top, messages, language, isDisabled };
}

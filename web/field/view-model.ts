/** @file What the view shows, derived from the field's snapshot. */
import type { Classification } from '#shared/inference/result.ts';
import { labelsOf } from './labels.ts';
import type { Messages } from './messages/en.ts';
import type { FieldSnapshot } from './snapshot.ts';
import { guessOf, type State } from './state.ts';

export interface ViewModel {
  state: State;
  messages: Messages;
  /** Language in which numbers are formatted. */
  language: string;
  /** Language of the texts. */
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
  /** Whether the page has named a model, whose photos may show anything. */
  isAnyModel: boolean;
  /** File types, as `HTMLInputElement.accept`. */
  accept: string;
  bitmap: ImageBitmap | undefined;
  /** The result's details; undefined without a result. */
  result: ResultModel | undefined;
  /** The labels that the visitor can choose; undefined before there is a reason to choose one. */
  choice: ChoiceModel | undefined;
}

export interface ChoiceModel {
  /** The model's guess, which the visitor can confirm; undefined without one. */
  guess: string | undefined;
  /** The labels of the model, or those in the element's content while the model's are not known. */
  labels: readonly string[];
  /** The label of the visitor or the page. */
  chosen: string | undefined;
  /** Whether the visitor has confirmed the model's guess. */
  isConfirmed: boolean;
  messages: Messages;
  isDisabled: boolean;
}

export interface ResultModel {
  result: Classification;
  /** Whether this device computed the result. */
  isLocal: boolean;
  /** The model's guess; undefined without one. */
  guess: string | undefined;
  /** The label of the visitor or the page. */
  chosen: string | undefined;
  /** Number of labels in the table. */
  top: number;
  messages: Messages;
  language: string;
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
  const labels = Array.from(pageLabels, (label) => textOf(label).trim());
  const label = field.label ?? (labels.length > 0 ? '' : messages.label);
  return {
    ...{ state, messages, language, isDisabled, accept, label },
    textLanguage: field.textLanguage,
    isAnyModel: field.model !== null,
    name: label || labels.join(' '),
    hint: field.hint ?? (field.mode === 'local' ? messages.hintLocal : messages.hint),
    error: field.isSubmitted && state.kind !== 'failed' ? (error ?? '') : '',
    notice: notice ? messages[notice] : '',
    bitmap: photo?.bitmap,
    result: resultModelOf(field),
    choice: choiceModelOf(field),
  };
}

/** Returns the text of a label without the content of the field, which may be inside it. */
function textOf(node: Node): string {
  if ('formAssociated' in node.constructor) return '';
  return node.hasChildNodes() ? Array.from(node.childNodes, textOf).join('') : (node.textContent ?? '');
}

function resultModelOf({ state, top, messages, language }: FieldSnapshot): ResultModel | undefined {
  if (state.kind !== 'answered' || !state.result) return undefined;
  const { result, chosen, isLocal = false } = state;
  return { result, guess: guessOf(state)?.label, chosen, isLocal, top, messages, language };
}

/** States in which the visitor can choose a label. In all but `answered`, the field has no label and may not get one soon. */
const CHOICE_STATES: readonly State['kind'][] = ['answered', 'failed', 'waiting', 'offline'];

/** Returns whether the visitor can choose a label. One who cancelled a slow classification must not have to wait for another one. */
export const canChoose = ({ state, notice }: FieldSnapshot): boolean =>
  CHOICE_STATES.includes(state.kind) || notice === 'cancelled';

function choiceModelOf(field: FieldSnapshot): ChoiceModel | undefined {
  const { state, messages, isDisabled, listedLabels } = field;
  if (!canChoose(field)) return undefined;
  const labels = labelsOf(field) ?? listedLabels;
  if (labels.length === 0) return undefined;
  const guess = guessOf(state)?.label;
  const { chosen, by } = state.kind === 'answered' ? state : {};
  return { guess, labels, chosen, isConfirmed: by === 'person' && chosen === guess, messages, isDisabled };
}

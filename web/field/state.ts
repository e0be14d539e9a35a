/** @file The field's state as data. The form's entries, the styles and the view all follow from it. */
import { type Classification, guessOf as guessOfResult } from '#shared/inference/result.ts';
import type { Prediction } from '#shared/predictions.ts';
import type { ProblemText } from './messages/en.ts';

/** Why classification failed. */
export interface Problem {
  /**
   * The API's problem type without `/problems/`, or one of the field's own:
   *
   * - `unreadable`: the browser cannot open the file as an image
   * - `heic`: the file is a HEIC photo and the browser cannot open those
   * - `file-too-large`: the file is larger than 60 MB
   * - `too-narrow`: the long edge of the photo is more than 28 times the short one
   * - `unprocessable`: the browser could not scale the photo down, for example for lack of memory
   * - `unreachable`: the endpoint did not respond, or does not allow pages of this origin
   * - `not-loaded`: a part of the script, or the model for `mode="local"`, could not be loaded
   * - `no-local`: this device could not run the model
   * - `not-for-devices`: the model has operators that only the endpoint can run; `mode="local"` is not for it
   * - `unknown-label`: the page has set a label that the model does not have
   * - `page-error`: the page's `headers` function or `endpoint` caused an error
   */
  type: string;
  /** A description for the page's developer. Visitors see the texts in messages/. */
  detail: string;
  /** Whether another attempt can succeed. */
  retryable: boolean;
}

/** Who decided about the label: the model, the visitor, or the page by a script or an attribute. */
export type Decider = (typeof DECIDERS)[number];
export const DECIDERS = ['model', 'person', 'page'] as const;

/** The label of a visitor who chose "None of these". */
export const NONE = 'none';

export type State =
  | { kind: 'empty' }
  /** The browser reads the file and scales it down. */
  | { kind: 'preparing' }
  /** @param share of the bytes that were sent, 0..1 */
  | { kind: 'uploading'; share: number }
  /** The endpoint or this device computes the result. */
  | { kind: 'classifying' }
  /** The field retries at `until`, in milliseconds as `Date.now()`. */
  | { kind: 'waiting'; until: number; problem: Problem }
  /** The field retries when the device is online again. */
  | { kind: 'offline' }
  /**
   * The photo was classified, or the visitor or the page has set a label. `chosen` is the label of the visitor or the page; it is missing
   * when `by` is the model. `result` is missing when no photo was classified. `isLocal`: this device computed the result.
   */
  | { kind: 'answered'; by: Decider; result?: Classification; chosen?: string; isLocal?: boolean }
  /** `text` is the key of the visitor's text for the problem. */
  | { kind: 'failed'; problem: Problem; text: ProblemText };

export const EMPTY: State = { kind: 'empty' };

export const STATE_KINDS: readonly State['kind'][] = [
  'empty',
  'preparing',
  'uploading',
  'classifying',
  'waiting',
  'offline',
  'answered',
  'failed',
];

/** Returns whether the field is still working on a photo. */
export const isBusy = ({ kind }: State): boolean =>
  kind !== 'empty' && kind !== 'answered' && kind !== 'failed';

/** Returns the result of the photo; undefined without one. */
export const resultOf = (state: State): Classification | undefined =>
  state.kind === 'answered' ? state.result : undefined;

/** Returns the state after the visitor or the page has decided about the label. A result stays. */
export function withChoice(state: State, chosen: string, by: 'person' | 'page'): State {
  return { ...(state.kind === 'answered' ? state : { kind: 'answered' }), chosen, by };
}

/** Returns the state with another result of the same photo. A decision of the visitor or the page stays. */
export function withResult(state: State, result: Classification): State {
  if (state.kind !== 'answered') return state;
  const { isLocal: _, ...rest } = state;
  return { ...rest, result };
}

/** Returns the state without the result, which another model has computed. A label of the page stays. */
export function withoutResult(state: State): State {
  if (state.kind !== 'answered' || state.by !== 'page') return EMPTY;
  const { result: _, ...rest } = state;
  return rest;
}

/** Returns the model's guess, a label with its score; undefined without a result, and when the photo shows none of the labels. */
export function guessOf(state: State): Prediction | undefined {
  const result = resultOf(state);
  return result && guessOfResult(result);
}

/** Returns the field's label: the one that was chosen, or else the model's guess. The empty string without one. */
export function labelOf(state: State): string {
  if (state.kind !== 'answered') return '';
  return state.chosen ?? guessOf(state)?.label ?? '';
}

/** Returns whether the photo was classified, the model has no guess, and nobody has chosen a label. */
export const isUndecided = (state: State): boolean => state.kind === 'answered' && labelOf(state) === '';

/** Returns who decided about the label; undefined without a label. */
export const deciderOf = (state: State): Decider | undefined =>
  state.kind === 'answered' && labelOf(state) ? state.by : undefined;

/** Returns whether two states have the same label, decided by the same. */
export const hasSameLabel = (one: State, other: State): boolean =>
  labelOf(one) === labelOf(other) && deciderOf(one) === deciderOf(other);

/** Returns the model's score; undefined when the field's label is not the model's. */
export function scoreOf(state: State): number | undefined {
  const guess = guessOf(state);
  return guess?.label === labelOf(state) ? guess.score : undefined;
}

/**
 * Returns whether the visitor should check the label: the model declined to answer or scored below `minScore`, and the visitor has not
 * confirmed or chosen a label.
 */
export function isUnsure(state: State, minScore = 0): boolean {
  if (state.kind !== 'answered' || state.by !== 'model' || !state.result) return false;
  return state.result.abstained !== null || (scoreOf(state) ?? 0) < minScore;
}

/** @file The field's state as data. The form's entries, the styles and the view all follow from it. */
import type { Classification } from '#shared/inference/result.ts';
import type { ProblemText } from './messages/en.ts';

/** Why classification failed. */
export interface Problem {
  /**
   * The API's problem type without `/problems/`, or one of the field's own:
   *
   * - `unreadable`: the browser cannot open the file as an image
   * - `heic`: the file is a HEIC photo and the browser cannot open those
   * - `unreachable`: the endpoint did not respond
   * - `no-local`: this device could not run the model
   * - `page-error`: the page's `headers` function or `endpoint` caused an error
   */
  type: string;
  /** A description for the page's developer. Visitors see the texts in messages/. */
  detail: string;
  /** Whether another attempt can succeed. */
  retryable: boolean;
}

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
   * The field has a label. `chosen` is the label that the visitor confirmed or chose. `result` is missing when a script or the
   * `value` attribute set the label. `isLocal`: this device computed the result.
   */
  | { kind: 'answered'; result?: Classification; chosen?: string; isLocal?: boolean }
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

/** Returns the state with another token in its result; without a token if there is none. */
export function withToken(state: State, token: string | undefined): State {
  if (state.kind !== 'answered' || !state.result) return state;
  const { token: _, ...result } = state.result;
  return { ...state, result: { ...result, ...(token !== undefined && { token }) } };
}

/** Returns the field's label; the empty string without one. */
export function labelOf(state: State): string {
  if (state.kind !== 'answered') return '';
  return state.chosen ?? state.result?.predictions[0]?.label ?? '';
}

/** Returns the model's score for the field's label. */
export function scoreOf(state: State): number | undefined {
  if (state.kind !== 'answered') return undefined;
  const value = labelOf(state);
  return state.result?.predictions.find(({ label }) => label === value)?.score;
}

/**
 * Returns whether the visitor should check the label: the model declined to answer or scored below `minScore`, and the visitor has not
 * confirmed or chosen a label.
 */
export function isUnsure(state: State, minScore = 0): boolean {
  if (state.kind !== 'answered' || state.chosen !== undefined || !state.result) return false;
  return state.result.abstained !== null || (scoreOf(state) ?? 0) < minScore;
}

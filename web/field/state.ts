/** @file What the field is doing, as data: all that is shown, announced and submitted follows from it. */
import type { Classification } from '#shared/inference/result.ts';

/** The endpoint's answer, or this device's in the same form. */
export type Answer = Classification;

/** Why there is no answer. */
export interface Problem {
  /** Last part of the endpoint's problem type, or one of the field's own: `unreadable`, `heic`, `unreachable`, `no-local`. */
  type: string;
  /** For whoever built the page; what visitors read is in messages/. */
  detail: string;
  /** Whether asking again could help. */
  isPassing: boolean;
}

export type State =
  | { kind: 'empty' }
  /** The file is read and scaled down. */
  | { kind: 'preparing' }
  /** @param share of the bytes that have left, 0..1 */
  | { kind: 'uploading'; share: number }
  /** The endpoint has the picture, or this device computes. */
  | { kind: 'classifying' }
  /** Asks again at `until`, in milliseconds as `Date.now()`. */
  | { kind: 'waiting'; until: number; problem: Problem }
  /** Asks again when the device is back on the network. */
  | { kind: 'offline' }
  /**
   * `said`: the label that the person has confirmed or chosen. Without `answer` a script or an attribute has set it. `isLocal`: this
   * device has computed it.
   */
  | { kind: 'answered'; answer?: Answer; said?: string; isLocal?: boolean }
  | { kind: 'failed'; problem: Problem };

/** All kinds of states. */
export const KINDS: readonly State['kind'][] = [
  'empty',
  'preparing',
  'uploading',
  'classifying',
  'waiting',
  'offline',
  'answered',
  'failed',
];

/** The field has a file and no outcome yet. */
export const isBusy = ({ kind }: State): boolean =>
  kind !== 'empty' && kind !== 'answered' && kind !== 'failed';

/** The label that the field holds; empty where it holds none. */
export function labelOf(state: State): string {
  if (state.kind !== 'answered') return '';
  return state.said ?? state.answer?.predictions[0]?.label ?? '';
}

/** The model's score for the label that the field holds. */
export function scoreOf(state: State): number | undefined {
  if (state.kind !== 'answered') return undefined;
  const value = labelOf(state);
  return state.answer?.predictions.find(({ label }) => label === value)?.score;
}

/** The label is the model's alone, and the model would rather not be believed. @param minScore below which no score is enough */
export function isUnsure(state: State, minScore = 0): boolean {
  if (state.kind !== 'answered' || state.said !== undefined || !state.answer) return false;
  return state.answer.abstained !== null || (scoreOf(state) ?? 0) < minScore;
}

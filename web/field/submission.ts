/** @file What a form gets of the field: entries, validity, and what the browser keeps for a page that comes back. */
import type { Messages } from './messages/en.ts';
import { problemText } from './messages.ts';
import { isBusy, isUnsure, labelOf, type State, scoreOf } from './state.ts';

/**
 * | entry          | holds                                                                                        |
 * | -------------- | -------------------------------------------------------------------------------------------- |
 * | `<name>`       | the label, the person's where one was chosen                                                 |
 * | `<name>-score` | the model's score for that label                                                             |
 * | `<name>-token` | with `sign`: what the model said, signed by the endpoint                                     |
 * | `<name>-file`  | with `include-file`: the picture as it was classified, the one whose SHA-256 the token names |
 */
export function entriesOf(state: State, name: string, file?: File): FormData | null {
  const value = labelOf(state);
  if (name === '' || value === '') return null;
  const entries = new FormData();
  entries.set(name, value);
  const score = scoreOf(state);
  if (score !== undefined) entries.set(`${name}-score`, String(score));
  const token = state.kind === 'answered' ? state.answer?.token : undefined;
  if (token) entries.set(`${name}-token`, token);
  if (file) entries.set(`${name}-file`, file);
  return entries;
}

export interface Rules {
  required: boolean;
  /** With it the field is valid only with a label of such a score that the model stands by, or one that a person has said. */
  minScore: number | undefined;
  /** From `setCustomValidity`; empty for none. */
  custom: string;
}

/** What hinders the form, and how it is said. */
export function validityOf(
  state: State,
  { required, minScore, custom }: Rules,
  messages: Messages,
): [ValidityStateFlags, string?] {
  if (custom) return [{ customError: true }, custom];
  if (isBusy(state)) return [{ badInput: true }, messages.busy];
  if (state.kind === 'failed') return [{ badInput: true }, problemText(state.problem, messages)];
  if (required && labelOf(state) === '') return [{ valueMissing: true }, messages.missing];
  if (minScore !== undefined && isUnsure(state, minScore)) return [{ rangeUnderflow: true }, messages.unsure];
  return [{}];
}

/** A state as a text for the browser's session history, without the pictures in it. */
export function remember(state: State): string | null {
  if (state.kind !== 'answered') return null;
  const { explanation: _, ...answer } = state.answer ?? { predictions: [] };
  return JSON.stringify(state.answer ? { ...state, answer } : state);
}

/** @returns the state of `remember`; undefined for any other text */
export function recall(text: string): State | undefined {
  try {
    const state = JSON.parse(text) as State;
    return state.kind === 'answered' ? state : undefined;
  } catch {
    return undefined;
  }
}

/** When a token was made and when it ends, in milliseconds by the endpoint's clock (RFC 7519, 4.1). The endpoint alone can tell whether it is genuine. */
export function timesOf(token: string): { made: number; ends: number } {
  const payload = (token.split('.')[1] ?? '').replaceAll('-', '+').replaceAll('_', '/');
  const { iat, exp } = JSON.parse(atob(payload));
  return { made: 1000 * iat, ends: 1000 * exp };
}

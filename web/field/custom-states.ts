/** @file The element's custom states, which pages select in CSS with `:state()`. */
import type { FieldSnapshot } from './snapshot.ts';
import { isBusy, isUndecided, isUnsure, STATE_KINDS } from './state.ts';

/** @param error the field's validation error, if any */
export function updateCustomStates(
  internals: ElementInternals,
  { state, minScore, isDisabled, isSubmitted }: FieldSnapshot,
  error: string | undefined,
): void {
  for (const kind of STATE_KINDS) toggleState(internals, kind, kind === state.kind);
  toggleState(internals, 'busy', isBusy(state));
  toggleState(internals, 'unsure', isUnsure(state, minScore));
  toggleState(internals, 'undecided', isUndecided(state));
  toggleState(internals, 'disabled', isDisabled);
  toggleState(internals, 'user-invalid', isSubmitted && error !== undefined);
}

export function toggleState({ states }: ElementInternals, state: string, isOn: boolean): void {
  if (isOn) states.add(state);
  else states.delete(state);
}

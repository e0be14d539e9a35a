/** @file All that follows from a field's state: what its form gets, what styles can ask for, what is seen and heard. */
import { settingsOf } from './attributes.ts';
import en, { type Messages } from './messages/en.ts';
import { isBusy, isUnsure, KINDS, type State } from './state.ts';
import { entriesOf, remember, validityOf } from './submission.ts';
import type { View } from './view.ts';

const loadAnswerView = () => import('./answer-view.ts');

export interface Facts {
  element: HTMLElement & { name: string; required: boolean };
  internals: ElementInternals;
  view: View;
  /** Asked again once the answer's view is there: whatever has come meanwhile shows itself. */
  state(): State;
  messages: Messages;
  /** Of the page. */
  language: string;
  isDisabled: boolean;
  /** Somebody has tried to send the form. */
  isTried: boolean;
  /** From `setCustomValidity`. */
  custom: string;
  news: 'removed' | 'cancelled' | undefined;
  picture: { file: File; bitmap: ImageBitmap } | undefined;
  onSay(label: string): void;
}

export function present(facts: Facts): void {
  const {
    element,
    internals,
    view,
    messages,
    language,
    isTried,
    isDisabled: disabled,
    news,
    picture,
  } = facts;
  const { minScore, includeFile, label, hint, mode, accept } = settingsOf(element);
  const state = facts.state();
  const { name, required } = element;
  internals.setFormValue(entriesOf(state, name, includeFile ? picture?.file : undefined), remember(state));
  const [flags, error] = validityOf(state, { required, minScore, custom: facts.custom }, messages);
  internals.setValidity(flags, error, view.zone);

  for (const kind of KINDS) toggleState(internals, kind, kind === state.kind);
  toggleState(internals, 'busy', isBusy(state));
  toggleState(internals, 'unsure', isUnsure(state, minScore));
  toggleState(internals, 'disabled', disabled);
  toggleState(internals, 'user-invalid', isTried && error !== undefined);

  const labels = [...internals.labels].map(({ textContent }) => textContent?.trim() ?? '');
  const shownLabel = label ?? (labels.length > 0 ? '' : messages.label);
  view.show({
    ...{ state, messages, language, disabled, accept },
    wordsLanguage: messages === en ? 'en' : language,
    label: shownLabel,
    name: shownLabel || labels.join(' '),
    hint: hint ?? (mode === 'local' ? messages.hintLocal : messages.hint),
    error: isTried && state.kind !== 'failed' ? (error ?? '') : '',
    bitmap: picture?.bitmap,
    news: news ? messages[news] : '',
  });
  if (state.kind === 'answered' && state.answer) presentAnswer(facts, state);
}

async function presentAnswer(facts: Facts, state: State & { kind: 'answered' }): Promise<void> {
  const { element, view, messages, language, isDisabled: disabled, onSay } = facts;
  const { answer, said, isLocal = false } = state;
  // Where it cannot be fetched, the label is there without its details.
  const { showAnswer } = (await loadAnswerView().catch(() => undefined)) ?? {};
  if (!answer || facts.state() !== state) return;
  const { top } = settingsOf(element);
  showAnswer?.(view.details, { answer, said, isLocal, top, messages, language, disabled, onSay });
}

export function toggleState({ states }: ElementInternals, state: string, isOn: boolean): void {
  if (isOn) states.add(state);
  else states.delete(state);
}

/** @file The status line: one sentence about what the field is doing, its label, or why it has none. */
import { labelText, percent } from './format.ts';
import type { Messages } from './messages/en.ts';
import { isUndecided, isUnsure, labelOf, resultOf, type State, scoreOf } from './state.ts';

/** @param language in which numbers are formatted */
export function statusText(state: State, messages: Messages, language: string): string {
  switch (state.kind) {
    case 'empty':
      return '';
    case 'failed':
      return messages.problems[state.text];
    case 'waiting':
      return state.problem.type === 'too-many-requests' ? messages.rateLimited : messages.noResponse;
    case 'answered': {
      if (isUndecided(state)) return messages.abstained[resultOf(state)?.abstained ?? 'none-of-these'];
      const label = labelText(labelOf(state), messages);
      const score = scoreOf(state);
      const text = isUnsure(state) ? messages.unsure.replace('{label}', label) : label;
      return score === undefined || state.chosen !== undefined
        ? text
        : `${text}, ${percent(score, language)}`;
    }
    default:
      return messages[state.kind];
  }
}

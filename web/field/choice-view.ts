/**
 * @file The visitor's own answer: confirms the model's guess or chooses another one. It is in the field's first file, because visitors
 * need it most when the endpoint cannot be reached.
 */
import { button, h, setText } from './dom.ts';
import { labelText } from './format.ts';
import { NONE } from './state.ts';
import type { ChoiceModel } from './view-model.ts';

export class ChoiceView {
  readonly element: HTMLElement;
  readonly #question = h('span', { 'aria-hidden': 'true' });
  readonly #yes = button('yes', () => this.#onChoose(this.#guess));
  readonly #select = h('select', { part: 'select', change: () => this.#onChoose(this.#select.value) });
  readonly #onChoose: (label: string) => void;
  #guess = '';
  /** Values and texts of the options. */
  #options = '';

  constructor(onChoose: (label: string) => void) {
    this.#onChoose = onChoose;
    this.element = h('div', { part: 'question', role: 'group' }, this.#question, this.#yes, this.#select);
  }

  /** @param model undefined hides the element */
  render(model: ChoiceModel | undefined): void {
    this.element.hidden = !model;
    if (!model) return;
    const { guess = '', labels, chosen = '', isConfirmed, messages, isDisabled } = model;
    const prompt = guess ? messages.correct : messages.chooseKind;
    this.#guess = guess;
    this.element.setAttribute('aria-label', guess ? messages.question : prompt);
    setText(this.#question, messages.question);
    setText(this.#yes, messages.yes);
    this.#question.hidden = this.#yes.hidden = !guess;
    this.#yes.ariaPressed = String(isConfirmed);
    this.#yes.disabled = this.#select.disabled = isDisabled;
    this.#select.setAttribute('aria-label', prompt);
    // A model can have a label "none" of its own.
    const others = [...new Set([...labels, NONE])].filter((label) => label !== guess);
    this.#setOptions(
      prompt,
      others.map((label) => [label, labelText(label, messages)]),
    );
    this.#select.value = others.includes(chosen) ? chosen : '';
  }

  /** Creates the options again when they have changed: a list that the visitor has open must stay in the page. */
  #setOptions(prompt: string, options: [value: string, text: string][]): void {
    const key = JSON.stringify([prompt, options]);
    if (key === this.#options) return;
    this.#options = key;
    const placeholder = h('option', { value: '', disabled: true, hidden: true }, prompt);
    this.#select.replaceChildren(
      placeholder,
      ...options.map(([value, text]) => h('option', { value }, text)),
    );
  }
}

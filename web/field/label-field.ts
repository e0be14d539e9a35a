/** @file The field's label: its value, who decided about it, and the events that report a change. */
import type { Classification } from '#shared/inference/result.ts';
import { labelsOf, unknownLabelOf } from './labels.ts';
import { OptionsField } from './options-field.ts';
import type { FieldSnapshot, Notice } from './snapshot.ts';
import {
  deciderOf,
  EMPTY,
  hasSameLabel,
  labelOf,
  resultOf,
  type State,
  scoreOf,
  withChoice,
  withoutResult,
} from './state.ts';

/**
 * A form control whose value is a label.
 *
 * @attr {string} value - the initial label
 *
 * @fires input - the label, or who decided about it, has changed other than by a script
 * @fires change - fires after each `input`
 * @fires statechange - the property `state` has changed
 */
export abstract class LabelField extends OptionsField {
  protected current = EMPTY;
  protected notice: Notice | undefined;
  /** The label that `problem` was last fired for. */
  #unknownLabel: string | undefined;

  /** Aborts a classification that is still running. */
  protected abstract cancelTask(): void;

  /** Classifies the photo again. @returns false when there is none */
  protected abstract restart(): boolean;

  /** Removes the photo and the label. Fires no event but `statechange`. */
  abstract clear(): void;

  /**
   * The label; empty without one. Setting another label makes it the page's, and fires no event but `statechange`. Setting the same
   * label changes nothing, so it confirms nothing.
   */
  get value(): string {
    return labelOf(this.current);
  }

  set value(label: string | null | undefined) {
    const value = String(label ?? '');
    if (value === this.value) return;
    if (value) this.decide(value, 'page');
    else this.clear();
  }

  /** The model's score for the label, in 0..1. Undefined when the label is not the model's. */
  get score(): number | undefined {
    return scoreOf(this.current);
  }

  /** What the field is doing. The CSS state of the same name is set, too. */
  get state(): State['kind'] {
    return this.current.kind;
  }

  /** The API's response for the photo, or the same object computed on this device. Undefined without a classified photo. */
  get result(): Classification | undefined {
    return resultOf(this.current);
  }

  /** The signed prediction. Undefined without the attribute `sign`. */
  get token(): string | undefined {
    return this.result?.token;
  }

  formResetCallback(): void {
    this.isSubmitted = false;
    this.clear();
    this.value = this.getAttribute('value') ?? '';
  }

  /** Drops the label of another model, unless it is the page's, and classifies the photo again. */
  protected changeModel(): void {
    const rest = withoutResult(this.current);
    if (rest !== EMPTY) this.setState(rest);
    else if (!this.restart()) this.reportChange(() => this.clear());
  }

  /** Fires `problem` for a label that the model does not have, once. */
  protected reportUnknownLabel(field: FieldSnapshot): void {
    const label = unknownLabelOf(field);
    if (label === this.#unknownLabel) return;
    this.#unknownLabel = label;
    const detail = `the model ${field.model} has no label "${label}". Its labels: ${labelsOf(field)?.join(', ')}`;
    if (label) this.fire('problem', { type: 'unknown-label', detail, retryable: false });
  }

  /**
   * Returns whether the field has the label of its attribute, or none. As on an `<input>`, the attribute is only the initial value.
   * @param attribute the attribute's value; null without one
   */
  protected isInitial(attribute: string | null): boolean {
    return this.current === EMPTY || (deciderOf(this.current) === 'page' && this.value === attribute);
  }

  protected setState(state: State): void {
    const before = this.current.kind;
    this.current = state;
    this.notice = undefined;
    this.update();
    if (state.kind !== before) this.fire('statechange');
  }

  /** Makes a label the visitor's or the page's. The result of a classification that is still running would replace it. */
  protected decide(label: string, by: 'person' | 'page'): void {
    this.cancelTask();
    this.setState(withChoice(this.current, label, by));
  }

  /** Runs `act`, and fires `input` and `change` if it changed the label or who decided about it. */
  protected reportChange(act: () => void): void {
    const before = this.current;
    act();
    if (!hasSameLabel(before, this.current)) this.dispatchChange();
  }
}

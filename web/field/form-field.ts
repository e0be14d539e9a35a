/** @file The members of every form control, for a custom element: name, validity, labels, `required` and `disabled` (HTML, 4.13.7). */

import { reflectFlag, reflectText } from './reflect.ts';

/** Servers that render pages import elements without a DOM. */
const Base = globalThis.HTMLElement ?? (class {} as typeof HTMLElement);

/**
 * A form control.
 *
 * @attr {string} name - name of the form entry with the label. The other entries add `-by`, `-score`, `-abstained`, `-token` and `-file`
 * @attr {string} form - ID of the form that the field belongs to, as on an `<input>`
 * @attr {boolean} required - the form can only be submitted with a label. If the model declines to answer, the visitor must confirm or choose one
 * @attr {boolean} disabled - disables the field, as on an `<input>`
 */
export abstract class FormField extends Base {
  /** Makes the element a form control. */
  static readonly formAssociated = true;

  protected readonly internals: ElementInternals;
  /** Message of `setCustomValidity`; empty for none. */
  protected customError = '';
  /** Whether the field or its fieldset is disabled. */
  protected isDisabled = false;
  /** Whether the visitor has tried to submit the form. Only then is a validation error shown. */
  protected isSubmitted = false;

  constructor() {
    super();
    this.internals = this.attachInternals();
    this.#showErrors();
  }

  /**
   * Shows the validation error in the field in place of the browser's bubble when the visitor submits the form. A script that validates
   * the form gets the bubble, or nothing for `checkValidity`, unless the field already shows its error.
   */
  #showErrors(): void {
    let isScript = true;
    this.addEventListener('invalid', () => {
      isScript = true;
      // Between two listeners, the browser runs microtasks only when no script waits for the event.
      queueMicrotask(() => {
        isScript = false;
      });
    });
    this.addEventListener('invalid', (event) => {
      if (isScript && !this.isSubmitted) return;
      event.preventDefault();
      if (isScript) return;
      this.isSubmitted = true;
      this.update();
      // Later, because the browser first focuses the next invalid control.
      if (this.#isFirstInvalid()) setTimeout(() => this.focus());
    });
  }

  #isFirstInvalid(): boolean {
    const controls = [...(this.form?.elements ?? [this])] as HTMLInputElement[];
    return (
      controls.find(({ willValidate, validity }) => willValidate && !validity.valid) === (this as Element)
    );
  }

  /** Updates the form value, the CSS states and the view. */
  protected abstract update(): void;

  /** The element's tag name. Scripts that handle all controls of a form read `type`, as of an `<input>`. */
  get type(): string {
    return this.localName;
  }

  /** Sets the attribute, which has no effect. React 19 assigns every property that exists, and an error would unmount the page. */
  set type(type: string | null | undefined) {
    reflectText(this, 'type', type);
  }

  /** The form that the field belongs to. */
  get form(): HTMLFormElement | null {
    return this.internals.form;
  }

  /** Sets the attribute, the ID of a form. React 19 and Svelte assign the property for it. */
  set form(id: string | null | undefined) {
    reflectText(this, 'form', id);
  }

  /** The page's `<label>` elements for the field. */
  get labels(): NodeList {
    return this.internals.labels;
  }

  /** The validity, as of an `<input>`. */
  get validity(): ValidityState {
    return this.internals.validity;
  }

  /** The validation error for the visitor; empty when the field is valid. */
  get validationMessage(): string {
    return this.internals.validationMessage;
  }

  /** Whether the form validates the field. A disabled field is not validated. */
  get willValidate(): boolean {
    return this.internals.willValidate;
  }

  /** Name of the form entries. Reflects the attribute. */
  get name(): string {
    return this.getAttribute('name') ?? '';
  }

  set name(name: string | null | undefined) {
    reflectText(this, 'name', name);
  }

  /** Whether the form needs a label. Reflects the attribute. */
  get required(): boolean {
    return this.hasAttribute('required');
  }

  set required(isRequired: boolean) {
    reflectFlag(this, 'required', isRequired);
  }

  /** Whether the field itself is disabled, without its fieldset. Reflects the attribute. */
  get disabled(): boolean {
    return this.hasAttribute('disabled');
  }

  set disabled(isDisabled: boolean) {
    reflectFlag(this, 'disabled', isDisabled);
  }

  /** Returns whether the field is valid. Fires `invalid` if it is not. */
  checkValidity(): boolean {
    return this.internals.checkValidity();
  }

  /** Returns whether the field is valid, and shows the visitor the error if it is not. */
  reportValidity(): boolean {
    return this.internals.reportValidity();
  }

  /** Makes the field invalid with a message of the page. @param message empty to make the field valid again */
  setCustomValidity(message: string): void {
    this.customError = String(message);
    this.update();
  }

  /** Keeps `moveBefore` from calling `disconnectedCallback` and `connectedCallback`. */
  connectedMoveCallback(): void {}

  formDisabledCallback(isDisabled: boolean): void {
    this.isDisabled = isDisabled;
    this.update();
  }

  /** Fires an event that bubbles and leaves the shadow roots around the field. */
  protected fire(type: string, detail?: object): void {
    // In a variable: `npm run manifest` would list the event under the name "type".
    const event = new CustomEvent(type, { bubbles: true, composed: true, detail });
    this.dispatchEvent(event);
  }

  /** Fires `input` and `change`, as an `<input>` does when the visitor changes it. */
  protected dispatchChange(): void {
    this.dispatchEvent(new Event('input', { bubbles: true, composed: true }));
    this.dispatchEvent(new Event('change', { bubbles: true }));
  }
}

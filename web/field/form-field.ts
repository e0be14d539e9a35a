/** @file What every form control has, for a custom element: name, validity, labels, `required` and `disabled` (HTML, 4.13.7). */

/** Importing needs no DOM: servers that render pages import elements, too. */
const Base = globalThis.HTMLElement ?? (class {} as typeof HTMLElement);

export abstract class FormField extends Base {
  static readonly formAssociated = true;

  protected readonly internals: ElementInternals;
  /** From `setCustomValidity`. */
  protected custom = '';

  constructor() {
    super();
    this.internals = this.attachInternals();
  }

  /** Brings all that is shown and submitted up to date. */
  protected abstract update(): void;

  /** As `HTMLInputElement.type`: tells controls of a form apart. */
  get type(): string {
    return this.localName;
  }

  get form(): HTMLFormElement | null {
    return this.internals.form;
  }

  get labels(): NodeList {
    return this.internals.labels;
  }

  get validity(): ValidityState {
    return this.internals.validity;
  }

  get validationMessage(): string {
    return this.internals.validationMessage;
  }

  get willValidate(): boolean {
    return this.internals.willValidate;
  }

  get name(): string {
    return this.getAttribute('name') ?? '';
  }

  set name(name: string) {
    this.setAttribute('name', name);
  }

  get required(): boolean {
    return this.hasAttribute('required');
  }

  set required(isRequired: boolean) {
    this.toggleAttribute('required', isRequired);
  }

  get disabled(): boolean {
    return this.hasAttribute('disabled');
  }

  set disabled(isDisabled: boolean) {
    this.toggleAttribute('disabled', isDisabled);
  }

  checkValidity(): boolean {
    return this.internals.checkValidity();
  }

  reportValidity(): boolean {
    return this.internals.reportValidity();
  }

  /** @param message why the field is invalid; empty when it is not */
  setCustomValidity(message: string): void {
    this.custom = String(message);
    this.update();
  }

  /**
   * Properties that were set before the class was there hide its accessors: takes them off, and sets them again.
   * @param names of properties that can be set
   */
  protected upgrade(...names: string[]): void {
    const own = this as unknown as Record<string, unknown>;
    for (const name of names) {
      if (!Object.hasOwn(own, name)) continue;
      const value = own[name];
      delete own[name];
      own[name] = value;
    }
  }

  /** Tells the page, as an input does when a person has changed it. */
  protected changed(): void {
    this.dispatchEvent(new Event('input', { bubbles: true, composed: true }));
    this.dispatchEvent(new Event('change', { bubbles: true }));
  }
}

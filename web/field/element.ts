/**
 * @file `<fashion-classifier>`: a form field for the kind of garment in a photo. It runs in pages of other developers, so it loads
 * more code only when the visitor is about to use it, sets no global variable, and parses no markup.
 */
import type { Classification } from '#shared/inference/result.ts';
import { toggleState, updateCustomStates } from './custom-states.ts';
import { replaceFallback } from './fallback.ts';
import { acceptFiles } from './file-drop.ts';
import { FormField } from './form-field.ts';
import { restoreState, updateFormValue } from './form-value.ts';
import type { MessageOverrides } from './messages/en.ts';
import { OBSERVED_ATTRIBUTES, optionsOf } from './options.ts';
import type { HeadersSource } from './request.ts';
import type { Notice } from './snapshot.ts';
import { EMPTY, labelOf, resultOf, type State, scoreOf, withToken } from './state.ts';
import { styleSheet } from './style.ts';
import { ClassificationTask } from './task.ts';
import { Texts } from './texts.ts';
import { FieldView } from './view.ts';
import { viewModelOf } from './view-model.ts';

/**
 * A form field for the kind of garment in a photo. The visitor chooses, takes, drops or pastes a photo; the field classifies it and
 * submits the label with the form.
 *
 * @tag fashion-classifier
 *
 * @attr {string} name - name of the form entry with the label. The other entries add `-score`, `-token` and `-file`
 * @attr {boolean} required - the form can only be submitted with a label
 * @attr {boolean} disabled - disables the field, as on an `<input>`
 * @attr {string} value - the initial label
 * @attr {'edge'|'local'|'auto'} mode - where the photo is classified: `edge` (default) at the endpoint; `local` on the visitor's device; `auto` at the endpoint, or on the device when the request to the endpoint fails
 * @attr {string} endpoint - origin of the API; defaults to the origin of this script
 * @attr {string} sitekey - the site key that the API requires from pages of other origins
 * @attr {boolean} sign - adds a signed prediction to the form and to the property `token`
 * @attr {boolean} include-file - also submits the photo that was classified
 * @attr {number} min-score - lowest score, in 0..1, for a valid label. With a lower score, or when the model declines to answer, the visitor must confirm or choose a label
 * @attr {number} top - number of labels in the result's table; defaults to 3
 * @attr {string} accept - file types, as on an `<input>`; defaults to `image/*`
 * @attr {string} label - replaces the text of the label. A `<label for>` of the page does the same
 * @attr {string} hint - replaces the hint; empty for none
 *
 * @fires input - the label has changed
 * @fires change - the label has changed
 * @fires cancel - the visitor closed the file picker without a choice
 * @fires {CustomEvent<Classification>} result - a photo was classified; `detail` is the same as the property `result`. Fires before `input` and `change`
 * @fires {CustomEvent<Problem>} problem - classification failed; `detail` describes the problem for the page's developer
 * @fires statechange - the property `state` has changed
 *
 * @slot label - replaces the text of the label
 * @slot hint - replaces the hint
 * @slot actions - more buttons beside "Choose a photo", for example for a webcam. They call `classify()`
 *
 * @csspart field - the whole field
 * @csspart label - the label
 * @csspart zone - the frame, on which files can be dropped
 * @csspart icon - the drawing in an empty field
 * @csspart preview - the photo, a canvas
 * @csspart body - everything beside the photo
 * @csspart status - the line with the state, the label or the problem
 * @csspart countdown - the time until the next attempt
 * @csspart progress - the progress bar
 * @csspart answer - the details of the result
 * @csspart reason - why the model declined to answer
 * @csspart table - the most likely labels with their scores
 * @csspart track - the background of a score's bar
 * @csspart bar - a score's bar
 * @csspart question - the question "Is this right?"
 * @csspart select - the list of the other labels
 * @csspart saw - the network's input, which the visitor can open
 * @csspart pixels - the 28 × 28 pixels, a canvas
 * @csspart actions - the row of buttons
 * @csspart button - any button
 * @csspart choose - the button that opens the file picker
 * @csspart camera - the button that opens the camera, on touch screens
 * @csspart retry - the button that classifies the same photo again
 * @csspart cancel - the button that cancels the classification
 * @csspart remove - the button that removes the photo
 * @csspart yes - the button that confirms the label
 * @csspart quiet - a button without a frame
 * @csspart drop - the text beside the buttons, "or drop or paste one here"
 * @csspart hint - the hint below the frame
 * @csspart error - the validation error
 *
 * @cssprop --fashion-ink - colour of the text
 * @cssprop --fashion-soft - colour of secondary text
 * @cssprop --fashion-line - colour of the frames of buttons and of the empty field
 * @cssprop --fashion-faint - colour of other frames, and behind the bars
 * @cssprop --fashion-surface - background colour
 * @cssprop --fashion-accent - colour of the bars, of the focus ring and of a pressed button
 * @cssprop --fashion-danger - colour of errors
 * @cssprop --fashion-radius - radius of the corners
 *
 * @cssstate empty - there is no photo and no label
 * @cssstate busy - the field is working on a photo: `preparing`, `uploading`, `classifying`, `waiting` or `offline`
 * @cssstate preparing - the browser reads the photo
 * @cssstate uploading - the photo is sent
 * @cssstate classifying - the endpoint or the device computes the result
 * @cssstate waiting - the field will retry after a delay
 * @cssstate offline - the field will retry when the device is online
 * @cssstate answered - there is a label
 * @cssstate unsure - there is a label that the visitor should check
 * @cssstate failed - classification failed
 * @cssstate dragging - a file is dragged over the field
 * @cssstate disabled - the field or its fieldset is disabled
 * @cssstate user-invalid - the field is invalid, and the visitor has tried to submit the form
 */
export class FashionClassifier extends FormField {
  static readonly observedAttributes = OBSERVED_ATTRIBUTES;

  #state = EMPTY;
  #headers: HeadersSource = {};
  #notice: Notice | undefined;
  readonly #texts = new Texts(() => this.update());
  readonly #task = new ClassificationTask({
    options: () => ({ ...optionsOf(this), headers: this.#headers }),
    onState: (state) => this.#onTaskState(state),
    onToken: (token) => this.#setState(withToken(this.#state, token)),
  });
  readonly #view = new FieldView({
    selectFile: (file) => this.classify(file),
    closePicker: () => this.dispatchEvent(new Event('cancel', { bubbles: true })),
    cancel: () => this.#dismiss('cancelled'),
    retry: () => this.#task.start(),
    remove: () => this.#dismiss('removed'),
    chooseLabel: (label) => this.#chooseLabel(label),
  });

  constructor() {
    super();
    const root = this.internals.shadowRoot ?? this.attachShadow({ mode: 'open', delegatesFocus: true });
    root.adoptedStyleSheets = [styleSheet()];
    root.replaceChildren(this.#view.field);
    // The inner controls' own input events would leave the shadow root before there is a label.
    root.addEventListener('input', (event) => event.stopPropagation());
    this.#listen();
  }

  /** The label; empty without one. Setting it fires no event but `statechange`. */
  get value(): string {
    return labelOf(this.#state);
  }

  set value(label: string) {
    const { result } = this;
    if (label) this.#setState({ kind: 'answered', chosen: String(label), ...(result && { result }) });
    else this.clear();
  }

  /** The model's score for the label, in 0..1. */
  get score(): number | undefined {
    return scoreOf(this.#state);
  }

  /** What the field is doing. The CSS state of the same name is set, too. */
  get state(): State['kind'] {
    return this.#state.kind;
  }

  /** The API's response for the photo, or the same object computed on this device. Undefined without a classified photo. */
  get result(): Classification | undefined {
    return resultOf(this.#state);
  }

  /** The signed prediction. Undefined without the attribute `sign`. */
  get token(): string | undefined {
    return this.result?.token;
  }

  /** The photo as it is classified: upright, and scaled down if it was large. */
  get file(): File | undefined {
    return this.#task.photo?.file;
  }

  /** More request headers, such as `cf-turnstile-response`. A function is called for each request. */
  get headers(): HeadersSource {
    return this.#headers;
  }

  set headers(headers: HeadersSource) {
    this.#headers = headers;
  }

  /** Texts that replace the field's own. */
  get messages(): MessageOverrides {
    return this.#texts.overrides;
  }

  set messages(messages: MessageOverrides) {
    this.#texts.overrides = messages;
  }

  /**
   * Classifies a photo as if the visitor had chosen it, with the same events. Does nothing in a disabled field.
   * @returns the result; undefined when classification failed, was cancelled, or another photo replaced this one
   */
  async classify(file: Blob): Promise<Classification | undefined> {
    if (this.isDisabled) return undefined;
    await this.#task.start(file);
    return this.result;
  }

  /** Removes the photo and the label. Fires no event but `statechange`. */
  clear(): void {
    this.#task.reset();
    this.#setState(EMPTY);
  }

  connectedCallback(): void {
    this.upgradeProperties('value', 'name', 'required', 'disabled', 'headers', 'messages');
    replaceFallback(this, (file) => this.classify(file));
    this.#texts.follow(this);
    this.#task.resume();
  }

  /** An element that is only moved is connected again before the microtask runs. */
  disconnectedCallback(): void {
    queueMicrotask(() => {
      if (this.isConnected) return;
      this.#task.suspend();
      this.#view.stop();
    });
  }

  attributeChangedCallback(name: string, before: string | null, after: string | null): void {
    if (before === after) return;
    if (name === 'lang') this.#texts.follow(this);
    // As on an <input>, the attribute is the initial value.
    else if (name === 'value' && this.#state === EMPTY) this.value = after ?? '';
    else this.update();
  }

  formResetCallback(): void {
    this.isSubmitted = false;
    this.clear();
    this.value = this.getAttribute('value') ?? '';
  }

  /** @param saved the state in the browser's session history */
  formStateRestoreCallback(saved: unknown): void {
    const state = restoreState(saved, this.hasAttribute('sign'));
    if (state) this.#setState(state);
  }

  protected override update(): void {
    const { messages, language } = this.#texts;
    const snapshot = {
      ...optionsOf(this),
      ...{ state: this.#state, photo: this.#task.photo, notice: this.#notice, messages, language },
      ...{ isDisabled: this.isDisabled, isSubmitted: this.isSubmitted, customError: this.customError },
    };
    const error = updateFormValue(this.internals, snapshot, this.#view.zone);
    updateCustomStates(this.internals, snapshot, error);
    this.#view.render(viewModelOf(snapshot, error, this.labels));
  }

  #listen(): void {
    acceptFiles(this, this.#view.zone, {
      isEnabled: () => !this.isDisabled,
      onFile: (file) => this.classify(file),
      onDragging: (isOver) => toggleState(this.internals, 'dragging', isOver),
    });
    this.#task.preloadFor(this);
    // A click on the page's <label> arrives at the element itself.
    this.addEventListener('click', (event) => {
      if (event.composedPath()[0] === this && !this.isDisabled) this.#view.openPicker();
    });
  }

  #setState(state: State): void {
    const before = this.#state.kind;
    this.#state = state;
    this.#notice = undefined;
    this.update();
    if (state.kind !== before) this.fire('statechange');
  }

  #onTaskState(state: State): void {
    if (state.kind === 'preparing') this.isSubmitted = false;
    this.#setState(state);
    if (state.kind === 'failed') this.fire('problem', state.problem);
    if (state.kind !== 'answered') return;
    if (state.result) this.fire('result', state.result);
    this.dispatchChange();
  }

  #chooseLabel(label: string): void {
    if (this.#state.kind !== 'answered') return;
    this.#setState({ ...this.#state, chosen: label });
    this.dispatchChange();
  }

  #dismiss(notice: Notice): void {
    this.isSubmitted = false;
    this.clear();
    this.#notice = notice;
    this.update();
    this.dispatchChange();
  }
}

/**
 * @file `<fashion-classifier>`: a form field that holds which garment a photo shows.
 *
 * A guest in its page: nothing is loaded before somebody means to use it, no global is set, no markup is parsed, and importing it
 * needs no DOM.
 */
import type { Classification } from '#shared/inference/result.ts';
import { OBSERVED, settingsOf } from './attributes.ts';
import { retire } from './fallback.ts';
import { FormField } from './form-field.ts';
import { Inquiry } from './inquiry.ts';
import { takeFiles } from './intake.ts';
import en, { type Messages } from './messages/en.ts';
import { languageOf, loadMessages } from './messages.ts';
import { present, toggleState } from './present.ts';
import { labelOf, type Problem, type State, scoreOf } from './state.ts';
import { styleSheet } from './style.ts';
import { recall, timesOf } from './submission.ts';
import { createView } from './view.ts';

const EMPTY: State = { kind: 'empty' };

type HeadersSource = HeadersInit | (() => HeadersInit | Promise<HeadersInit>);

/**
 * A form field that holds which garment a photo shows.
 *
 * @tag fashion-classifier
 * @tagname fashion-classifier
 *
 * @attr {string} name - of the form's entries: `name`, `name-score`, `name-token`, `name-file`
 * @attr {boolean} required - the form needs a label
 * @attr {boolean} disabled - as of an input
 * @attr {string} value - the label that it begins with
 * @attr {'edge'|'local'|'auto'} mode - who looks at the photo: the endpoint, unless given; this device; this device where the endpoint does not answer
 * @attr {string} endpoint - where `/v1/classify` is; where the script came from, unless given
 * @attr {string} sitekey - goes with requests from pages of other origins
 * @attr {boolean} sign - the endpoint signs its answer
 * @attr {boolean} include-file - the form gets the photo, too, as it was classified
 * @attr {number} min-score - with less, or where the model abstains, the field is valid only with a person's word
 * @attr {number} top - how many labels are listed; 3, unless given
 * @attr {string} accept - types of files, as of an input; `image/*`, unless given
 * @attr {string} label - in place of its own; a `<label for>` of the page does the same
 * @attr {string} hint - in place of its own; empty for none
 *
 * @fires input - the label has changed
 * @fires change - the label has changed
 * @fires cancel - the file picker was closed without a choice
 * @fires {CustomEvent<Problem>} problem - classification failed; `detail` holds the reason, for the page's developer
 * @fires {CustomEvent<Classification>} result - a photo was classified; `detail` is the API's response. `input` and `change` follow
 * @fires statechange - `state` has changed
 *
 * @slot label - in place of the label's text
 * @slot hint - in place of the hint's text
 * @slot actions - further buttons beside the field's own
 *
 * @csspart field - all of it
 * @csspart label - its label
 * @csspart zone - the frame, where files may be dropped
 * @csspart icon - the drawing in an empty field
 * @csspart preview - the photo, a canvas
 * @csspart body - all beside the photo
 * @csspart status - what is happening, or the answer
 * @csspart countdown - when it asks again
 * @csspart progress - a progress bar
 * @csspart answer - the answer's details
 * @csspart reason - why the model would rather not be believed
 * @csspart table - the likeliest labels
 * @csspart track - what a bar lies on
 * @csspart bar - how likely a label is
 * @csspart question - whether the label is right
 * @csspart select - other labels
 * @csspart saw - what the model saw
 * @csspart pixels - the 28 × 28 pixels, a canvas
 * @csspart actions - its buttons
 * @csspart button - any button
 * @csspart choose - the button that opens the picker
 * @csspart camera - the one that opens the camera, on touch screens
 * @csspart retry - the one that asks again
 * @csspart cancel - the one that breaks off
 * @csspart remove - the one that takes the photo back
 * @csspart yes - the one that confirms the label
 * @csspart quiet - buttons without a frame
 * @csspart drop - the words beside the button
 * @csspart hint - the words below
 * @csspart error - what hinders the form
 *
 * @cssprop --fashion-ink - colour of text
 * @cssprop --fashion-soft - of lesser text
 * @cssprop --fashion-line - of the frames of controls
 * @cssprop --fashion-faint - of other frames, and behind bars
 * @cssprop --fashion-surface - of the ground
 * @cssprop --fashion-accent - of bars, focus and what is pressed
 * @cssprop --fashion-danger - of errors
 * @cssprop --fashion-radius - of corners
 *
 * @cssstate empty - there is no photo
 * @cssstate busy - there is one, and no answer yet: one of the next five
 * @cssstate preparing - it is read
 * @cssstate uploading - it is sent
 * @cssstate classifying - it is looked at
 * @cssstate waiting - the endpoint will be asked again
 * @cssstate offline - the network is away
 * @cssstate answered - there is a label
 * @cssstate unsure - and the model would rather not be believed
 * @cssstate failed - there will be no answer
 * @cssstate dragging - a file is over it
 * @cssstate disabled - by itself or by its fieldset
 * @cssstate user-invalid - somebody has tried to send the form
 */
export class FashionClassifier extends FormField {
  static readonly observedAttributes = OBSERVED;

  #state = EMPTY;
  #headers: HeadersSource = {};
  #words: Partial<Messages> = {};
  #locale = en;
  /** Both together. */
  #messages = en;
  #language = '';
  #isDisabled = false;
  /** Somebody has tried to send the form. */
  #isTried = false;
  #news: 'removed' | 'cancelled' | undefined;
  readonly #inquiry = new Inquiry({
    settings: () => ({ ...settingsOf(this), headers: () => this.#requestHeaders() }),
    onState: (state) => this.#progress(state),
    onToken: (token) => this.#renewed(token),
  });
  readonly #view = createView({
    take: (file) => this.classify(file),
    dismiss: () => this.dispatchEvent(new Event('cancel', { bubbles: true })),
    cancel: () => this.#dismiss('cancelled'),
    retry: () => this.#inquiry.start(),
    remove: () => this.#dismiss('removed'),
  });

  constructor() {
    super();
    const root = this.internals.shadowRoot ?? this.attachShadow({ mode: 'open', delegatesFocus: true });
    root.adoptedStyleSheets = [styleSheet()];
    root.replaceChildren(this.#view.field);
    // Those of the controls inside would leave the shadow root, before there is a label.
    root.addEventListener('input', (event) => event.stopPropagation());
    takeFiles(this, {
      zone: this.#view.zone,
      isOpen: () => !this.#isDisabled,
      onFile: (file) => this.classify(file),
      onDragging: (isOver) => toggleState(this.internals, 'dragging', isOver),
    });
    for (const sign of ['pointerenter', 'focusin', 'dragenter']) {
      this.addEventListener(sign, () => this.#inquiry.expect(), { once: true });
    }
    // A click on the page's label for the field arrives at the element itself.
    this.addEventListener('click', (event) => {
      if (event.composedPath()[0] === this && !this.#isDisabled) this.#view.pick();
    });
    this.addEventListener('invalid', () => {
      this.#isTried = true;
      this.update();
    });
  }

  /** The label; empty without one. No event tells that it was set. */
  get value(): string {
    return labelOf(this.#state);
  }

  set value(label: string) {
    const { result } = this;
    if (label) this.#set({ kind: 'answered', said: String(label), ...(result && { answer: result }) });
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
    return this.#state.kind === 'answered' ? this.#state.answer : undefined;
  }

  /** What the endpoint has signed, with `sign`. */
  get token(): string | undefined {
    return this.result?.token;
  }

  /** The picture as it was classified. */
  get file(): File | undefined {
    return this.#inquiry.picture?.file;
  }

  /** Further headers of requests, such as `cf-turnstile-response`; a function is asked each time. */
  get headers(): HeadersSource {
    return this.#headers;
  }

  set headers(headers: HeadersSource) {
    this.#headers = headers;
  }

  /** Words in place of the field's own. */
  get messages(): Partial<Messages> {
    return this.#words;
  }

  set messages(messages: Partial<Messages>) {
    this.#words = messages;
    this.#word();
  }

  /**
   * Classifies a photo as if the visitor had chosen it, with the same events. Does nothing in a disabled field.
   * @returns the result; undefined when classification failed, was cancelled, or another photo replaced this one
   */
  async classify(file: Blob): Promise<Classification | undefined> {
    if (this.#isDisabled) return undefined;
    await this.#inquiry.start(file);
    return this.result;
  }

  /** Takes the label back, and all that led to it. No event tells of it. */
  clear(): void {
    this.#inquiry.stop();
    this.#set(EMPTY);
  }

  connectedCallback(): void {
    this.upgrade('value', 'name', 'required', 'disabled', 'headers', 'messages');
    this.#adopt();
    if (document.readyState === 'loading') {
      document.addEventListener('DOMContentLoaded', () => this.#adopt(), { once: true });
    }
    this.#speak();
    this.#inquiry.resume();
  }

  /** Whoever is moved comes back before the microtask. */
  disconnectedCallback(): void {
    queueMicrotask(() => {
      if (this.isConnected) return;
      this.#inquiry.suspend();
      this.#view.stop();
    });
  }

  /** With it `moveBefore` calls neither of the two. */
  connectedMoveCallback(): void {}

  attributeChangedCallback(name: string, before: string | null, after: string | null): void {
    if (before === after) return;
    if (name === 'lang') this.#speak();
    // As an input's: the attribute is what the field begins with.
    else if (name === 'value' && this.#state === EMPTY) this.value = after ?? '';
    else this.update();
  }

  formDisabledCallback(isDisabled: boolean): void {
    this.#isDisabled = isDisabled;
    this.update();
  }

  formResetCallback(): void {
    this.#isTried = false;
    this.clear();
    this.value = this.getAttribute('value') ?? '';
  }

  /** @param remembered from the session history. A signed label without a token that is still good is worth nothing. */
  formStateRestoreCallback(remembered: unknown): void {
    const state = typeof remembered === 'string' ? recall(remembered) : undefined;
    if (state?.kind !== 'answered') return;
    const token = state.answer?.token;
    const isGood = !this.hasAttribute('sign') || (token && timesOf(token).ends > Date.now());
    if (isGood) this.#set(state);
  }

  protected override update(): void {
    present({
      element: this,
      internals: this.internals,
      view: this.#view,
      state: () => this.#state,
      messages: this.#messages,
      language: this.#language,
      isDisabled: this.#isDisabled,
      isTried: this.#isTried,
      custom: this.custom,
      news: this.#news,
      picture: this.#inquiry.picture,
      onSay: (label) => this.#say(label),
    });
  }

  #set(state: State): void {
    const before = this.#state.kind;
    this.#state = state;
    this.#news = undefined;
    this.update();
    if (state.kind !== before)
      this.dispatchEvent(new Event('statechange', { bubbles: true, composed: true }));
  }

  #progress(state: State): void {
    if (state.kind === 'preparing') this.#isTried = false;
    this.#set(state);
    if (state.kind === 'failed') this.#report('problem', state.problem);
    if (state.kind !== 'answered') return;
    if (state.answer) this.#report('result', state.answer);
    this.changed();
  }

  #report(type: 'problem' | 'result', detail: Problem | Classification): void {
    this.dispatchEvent(new CustomEvent(type, { bubbles: true, composed: true, detail }));
  }

  #say(label: string): void {
    if (this.#state.kind !== 'answered') return;
    this.#set({ ...this.#state, said: label });
    this.changed();
  }

  #dismiss(news: 'removed' | 'cancelled'): void {
    this.#isTried = false;
    this.clear();
    this.#news = news;
    this.update();
    this.changed();
  }

  #renewed(token: string | undefined): void {
    if (this.#state.kind !== 'answered' || !this.#state.answer) return;
    const { token: _, ...answer } = this.#state.answer;
    this.#set({ ...this.#state, answer: { ...answer, ...(token !== undefined && { token }) } });
  }

  async #requestHeaders(): Promise<Headers> {
    const source = this.#headers;
    const headers = new Headers(typeof source === 'function' ? await source() : source);
    const { siteKey } = settingsOf(this);
    if (siteKey !== null) headers.set('x-site-key', siteKey);
    return headers;
  }

  /** Takes over from what stands inside for pages without script. */
  #adopt(): void {
    const picked = retire(this);
    if (picked) this.classify(picked);
  }

  /** English until the page's language is there. */
  async #speak(): Promise<void> {
    const language = languageOf(this);
    this.#language = language;
    this.update();
    const locale = await loadMessages(language);
    if (language !== this.#language || locale === this.#locale) return;
    this.#locale = locale;
    this.#word();
  }

  #word(): void {
    const isOwn = Object.keys(this.#words).length === 0;
    this.#messages = isOwn ? this.#locale : { ...this.#locale, ...this.#words };
    this.update();
  }
}

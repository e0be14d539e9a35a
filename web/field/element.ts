/**
 * @file `<image-classifier>`: a form field for the kind of thing in a photo. It runs in pages of other developers, so it loads more code
 * only when the visitor is about to use it, sets no global variable, and parses no markup.
 */
import type { Classification } from '#shared/inference/result.ts';
import { toggleState, updateCustomStates } from './custom-states.ts';
import { replaceFallback } from './fallback.ts';
import { acceptFiles } from './file-drop.ts';
import { restoreState, updateFormValue } from './form-value.ts';
import { LabelField } from './label-field.ts';
import { labelsOf } from './labels.ts';
import { OBSERVED_ATTRIBUTES, optionsOf } from './options.ts';
import { FLAGS, upgradeProperties } from './reflect.ts';
import type { FieldSnapshot, Notice } from './snapshot.ts';
import { EMPTY, hasSameLabel, type Problem, resultOf, type State, withResult } from './state.ts';
import { ClassificationTask } from './task.ts';
import type { TokenKeeper } from './token-keeper.ts';
import { FieldView } from './view.ts';
import { canChoose, viewModelOf } from './view-model.ts';

/**
 * A form field for the kind of thing in a photo. The visitor chooses, takes, drops or pastes a photo; a model of the endpoint classifies
 * it, and the field submits the label with the form.
 *
 * @tag image-classifier
 *
 * @fires cancel - the visitor closed the file picker without a choice
 * @fires {CustomEvent<Classification>} result - a photo was classified; `detail` is the same as the property `result`. Fires before `input` and `change`
 * @fires {CustomEvent<Problem>} problem - classification failed, or the model lacks the page's label; `detail` describes it for the developer
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
 * @csspart reason - why the model declined to answer, and how to take a better photo
 * @csspart table - the most likely labels with their scores
 * @csspart track - the background of a score's bar
 * @csspart bar - a score's bar
 * @csspart question - the question "Is this right?"
 * @csspart select - the list of labels to choose from
 * @csspart saw - the network's input, which the visitor can open
 * @csspart pixels - the pixels of the input, a canvas
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
 * @cssstate answered - there is a label, or the model has none for the photo
 * @cssstate unsure - the visitor should check the label, or choose one
 * @cssstate undecided - the photo shows none of the model's labels, and nobody has chosen one
 * @cssstate failed - classification failed
 * @cssstate dragging - a file is dragged over the field
 * @cssstate disabled - the field or its fieldset is disabled
 * @cssstate user-invalid - the field is invalid, and the visitor has tried to submit the form
 */
export class ImageClassifier extends LabelField {
  static readonly observedAttributes = OBSERVED_ATTRIBUTES;

  readonly #task = new ClassificationTask({
    options: () => ({ ...optionsOf(this), headers: this.headers }),
    load: () => this.#loadTokens(),
    onState: (state) => this.#onTaskState(state),
    onLabels: () => this.update(),
  });
  /** Only with `sign`. It is loaded before there is a token. */
  #tokens: TokenKeeper | undefined;
  #fallback: MutationObserver | undefined;
  #listedLabels: readonly string[] = [];
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
    root.replaceChildren(this.#view.field);
    this.#view.adoptStyles();
    // The inner controls' own input events would leave the shadow root before there is a label.
    root.addEventListener('input', (event) => event.stopPropagation());
    this.#listen();
  }

  /** The photo as it is classified: upright, and scaled down if it was large. */
  get file(): File | undefined {
    return this.#task.photo?.file;
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

  clear(): void {
    this.#task.reset();
    this.setState(EMPTY);
  }

  protected cancelTask(): void {
    this.#task.cancel();
  }

  protected restart(): boolean {
    this.#task.start();
    return this.#task.hasFile;
  }

  connectedCallback(): void {
    upgradeProperties(this);
    this.#fallback ??= replaceFallback(this, ({ file, label, labels = [] }) => {
      this.#listedLabels = labels;
      if (label) this.#chooseLabel(label);
      else if (file) this.classify(file);
    });
    this.fieldTexts.follow(this);
    this.#task.resume();
    this.#tokens?.resume();
  }

  /** A document does not use the style sheets of another one. */
  adoptedCallback(): void {
    this.#view.adoptStyles();
  }

  /** An element that is only moved is connected again before the microtask runs. */
  disconnectedCallback(): void {
    queueMicrotask(() => {
      if (this.isConnected) return;
      this.#task.suspend();
      this.#tokens?.suspend();
      this.#view.stop();
      this.fieldTexts.stop();
    });
  }

  attributeChangedCallback(name: string, before: string | null, after: string | null): void {
    if (before === after) return;
    if (after === 'false' && FLAGS.includes(name)) this.removeAttribute(name);
    else if (name === 'value' && this.isInitial(before)) this.value = after ?? '';
    else if (name === 'model') this.changeModel();
    else this.update();
    if ((name === 'lang' || name === 'model') && this.isConnected) this.fieldTexts.follow(this);
  }

  formAssociatedCallback(form: HTMLFormElement | null): void {
    this.#tokens?.watch(form);
  }

  /** @param saved the state in the browser's session history */
  formStateRestoreCallback(saved: unknown): void {
    const state = restoreState(saved, this);
    if (state && !this.sign) this.setState(state);
    // A form that was sent may have used up the token. Without another one, the visitor chooses the photo again.
    else if (state) this.#restoreSigned(state).catch(() => {});
  }

  protected override update(): void {
    const { messages, language, textLanguage } = this.fieldTexts;
    const snapshot = {
      ...optionsOf(this),
      ...{ state: this.current, photo: this.#task.photo, notice: this.notice },
      ...{ messages, language, textLanguage },
      ...{ modelLabels: this.#task.labels, listedLabels: this.#listedLabels },
      ...{ isDisabled: this.isDisabled, isSubmitted: this.isSubmitted, customError: this.customError },
    };
    const error = updateFormValue(this.internals, snapshot, this.#view.zone);
    updateCustomStates(this.internals, snapshot, error);
    this.#view.render(viewModelOf(snapshot, error, this.labels));
    this.#tokens?.follow();
    this.#checkLabel(snapshot);
  }

  /** Loads the model's labels when the visitor can choose one, or when the page has set one, and checks it. */
  #checkLabel(snapshot: FieldSnapshot): void {
    if (this.isConnected && canChoose(snapshot) && !labelsOf(snapshot)) this.#task.loadLabels();
    this.reportUnknownLabel(snapshot);
  }

  #listen(): void {
    acceptFiles(this, this.#view.zone, {
      isEnabled: () => !this.isDisabled,
      onFile: (file) => this.classify(file),
      onDragging: (isOver) => toggleState(this.internals, 'dragging', isOver),
    });
    this.#task.preloadFor(this);
    this.addEventListener('click', (event) => {
      const [target] = event.composedPath();
      // A click on the page's <label> arrives at the element itself.
      const isForPicker = target === this || this.#view.isDropArea(target);
      if (isForPicker && !this.isDisabled) this.#view.openPicker();
    });
  }

  /** Restores a state with another token. @throws Error when there is none */
  async #restoreSigned(state: State): Promise<void> {
    await this.#loadTokens();
    const { signal } = new AbortController();
    const result = await this.#task.renew(resultOf(state) as Classification, false, signal);
    if (this.current === EMPTY) this.setState(withResult(state, result));
  }

  /** @throws TypeError when the code cannot be loaded */
  async #loadTokens(): Promise<void> {
    if (!this.sign || this.#tokens) return;
    const { TokenKeeper } = await import('./token-keeper.ts');
    this.#tokens ??= new TokenKeeper(this, {
      result: () =>
        this.sign && this.value && this.mode !== 'local' && !this.isDisabled ? this.result : undefined,
      renew: (result, mayUpload, signal) => this.#task.renew(result, mayUpload, signal),
      onResult: (result) => this.#replaceResult(result),
      onHold: () => this.#notify('confirming'),
      onFailure: (problem) => this.#failToConfirm(problem),
    });
    this.#tokens.watch(this.form);
  }

  #onTaskState(state: State): void {
    this.reportChange(() => {
      if (state.kind === 'preparing') this.isSubmitted = false;
      this.setState(state);
      if (state.kind === 'failed') this.fire('problem', state.problem);
      if (state.kind === 'answered') this.fire('result', state.result);
    });
  }

  /** @returns whether the label is still the same */
  #replaceResult(result: Classification): boolean {
    const before = this.current;
    this.reportChange(() => this.setState(withResult(before, result)));
    const isSame = hasSameLabel(before, this.current);
    if (!isSame) this.#notify('changed');
    return isSame;
  }

  #failToConfirm(problem: Problem): void {
    this.#task.fail(problem, 'unconfirmed');
    this.focus();
  }

  #chooseLabel(label: string): void {
    this.reportChange(() => this.decide(label, 'person'));
  }

  #dismiss(notice: Notice): void {
    this.isSubmitted = false;
    this.reportChange(() => {
      this.clear();
      this.#notify(notice);
    });
  }

  #notify(notice: Notice): void {
    this.notice = notice;
    this.update();
  }
}

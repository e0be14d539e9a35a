/** @file The field's shadow tree. Its elements are created once and updated from each view model. */
import { ChoiceView } from './choice-view.ts';
import { Countdown } from './countdown.ts';
import { button, h, icon, setText } from './dom.ts';
import { backOnline } from './online.ts';
import type { ResultView } from './result-view.ts';
import { isBusy } from './state.ts';
import { statusText } from './status-text.ts';
import { styleSheets } from './style.ts';
import type { ResultModel, ViewModel } from './view-model.ts';

/** What the visitor can do. */
export interface Actions {
  /** The visitor chose a file in the picker. */
  selectFile(file: File): void;
  /** The visitor closed the picker without a choice. */
  closePicker(): void;
  cancel(): void;
  retry(): void;
  remove(): void;
  /** The visitor confirmed or chose a label. */
  chooseLabel(label: string): void;
}

/** Outlines of the icons, 24 × 24. */
const SHIRT = 'M8.5 3.5 3 6.5l1.5 4 2.5-1v11h10v-11l2.5 1 1.5-4-5.5-3a3.5 3.5 0 0 1-7 0Z';

const PICTURE = 'M3 5h18v14H3ZM3 16l5-5 4 4 3-3 6 5M16 9h.01';

/** Longest edge of the preview's canvas, in pixels. */
const PREVIEW_EDGE = 480;

export class FieldView {
  /** The root element of the shadow tree. */
  readonly field: HTMLElement;
  /** The frame, on which files can be dropped. */
  readonly zone: HTMLElement;
  readonly #actions: Actions;
  readonly #label = slotted('label');
  readonly #icon = icon('icon', SHIRT);
  readonly #preview = h('canvas', { part: 'preview', role: 'img' });
  readonly #status = h('p', { part: 'status', role: 'status', id: 'status' });
  readonly #progress = h('progress', { part: 'progress', max: '1' });
  readonly #countdown = new Countdown();
  readonly #result = h('div', { part: 'answer' });
  readonly #choice = new ChoiceView((label) => this.#actions.chooseLabel(label));
  /** The network's input. */
  readonly #input = h('div');
  readonly #retry = button('retry', () => this.#actions.retry());
  readonly #choose = button('choose', () => this.openPicker());
  readonly #camera = button('camera', () => this.openPicker('environment'));
  readonly #cancel = button('cancel', () => this.#actions.cancel());
  readonly #remove = button('remove quiet', () => this.#actions.remove());
  readonly #drop = h('span', { part: 'drop' });
  readonly #hint = slotted('hint');
  readonly #error = h('span', { part: 'error', id: 'error' });
  readonly #picker = h('input', { type: 'file', hidden: true });
  /** The bitmap on the preview's canvas. */
  #drawn: ImageBitmap | undefined;
  /** Whether the field has no answer and waits for a photo. */
  #isAsking = true;
  #resultModel: ResultModel | undefined;
  #resultView: ResultView | undefined;
  /** Waits for the network to load the code of the result. */
  #online: AbortController | undefined;

  constructor(actions: Actions) {
    this.#actions = actions;
    this.#picker.addEventListener('change', () => this.#filePicked());
    this.#picker.addEventListener('cancel', () => actions.closePicker());
    this.#choose.setAttribute('aria-describedby', 'hint error status');
    const buttons = [this.#retry, this.#choose, this.#camera, h('slot', { name: 'actions' })];
    const actionBar = h('div', { part: 'actions' }, ...buttons, this.#cancel, this.#remove, this.#drop);
    const body = h(
      'div',
      { part: 'body' },
      this.#status,
      this.#progress,
      this.#countdown.element,
      this.#result,
      this.#choice.element,
      this.#input,
      actionBar,
    );
    this.zone = h('div', { part: 'zone' }, this.#icon, this.#preview, body);
    this.field = h(
      'div',
      { part: 'field', role: 'group', 'aria-describedby': 'hint error' },
      this.#label,
      this.zone,
      this.#hint,
      this.#error,
      this.#picker,
    );
  }

  get #root(): ShadowRoot {
    return this.field.getRootNode() as ShadowRoot;
  }

  /** @param capture `environment` opens the camera on a phone */
  openPicker(capture = ''): void {
    this.#picker.capture = capture;
    this.#picker.click();
  }

  /** Gives the shadow tree the styles of its document. */
  adoptStyles(): void {
    this.#root.adoptedStyleSheets = styleSheets(this.field.ownerDocument);
    this.#adoptResultStyles();
  }

  /** Returns whether a click on a node asks for a photo: in the zone beside its controls, as long as there is no answer. */
  isDropArea(node: EventTarget | undefined): boolean {
    const isInZone = node instanceof Element && this.zone.contains(node);
    return this.#isAsking && isInZone && !node.closest('button, [part=question]');
  }

  /** Stops the countdown. */
  stop(): void {
    this.#countdown.stop();
  }

  render(model: ViewModel): void {
    const focused = this.#root.activeElement;
    this.#renderTexts(model);
    this.#renderPreview(model);
    this.#renderButtons(model);
    this.#renderProgress(model);
    this.#choice.render(model.choice);
    // Loaded with the photo, so that the details appear together with the label. Otherwise, the page below would move again.
    if (isBusy(model.state)) this.#loadResultView().catch(() => {}); // #renderResult loads it again.
    this.#renderResult(model.result);
    // Without this, the focus of a button that is now hidden would move to the top of the page. The visitor may have scrolled on.
    if (focused instanceof HTMLElement && focused.closest('[hidden]'))
      (this.#choose.hidden ? this.#cancel : this.#choose).focus({ preventScroll: true });
  }

  #filePicked(): void {
    const [file] = this.#picker.files ?? [];
    // Allows choosing the same file again.
    this.#picker.value = '';
    if (file) this.#actions.selectFile(file);
  }

  #renderTexts({ state, messages, language, ...model }: ViewModel): void {
    this.field.lang = model.textLanguage;
    this.field.setAttribute('aria-label', model.name);
    this.#label.firstElementChild?.replaceChildren(model.label);
    this.#label.hidden = model.label === '';
    this.#hint.firstElementChild?.replaceChildren(model.hint);
    this.#hint.hidden = model.hint === '' || state.kind !== 'empty';
    setText(this.#error, model.error);
    setText(this.#status, model.notice || statusText(state, messages, language));
  }

  #renderPreview({ bitmap, messages, isAnyModel }: ViewModel): void {
    if (bitmap && bitmap !== this.#drawn) draw(this.#preview, bitmap);
    this.#drawn = bitmap;
    this.#preview.hidden = !bitmap;
    this.#preview.setAttribute('aria-label', messages.preview);
    this.#icon.toggleAttribute('hidden', Boolean(bitmap));
    this.#icon.firstElementChild?.setAttribute('d', isAnyModel ? PICTURE : SHIRT);
  }

  #renderButtons({ state, messages, isDisabled, accept }: ViewModel): void {
    const isEmpty = state.kind === 'empty';
    const isWorking = isBusy(state);
    const canRetry = state.kind === 'failed' && state.problem.retryable;
    this.#isAsking = isEmpty || state.kind === 'failed';
    this.#picker.accept = accept;
    for (const [button, text, isVisible] of [
      [this.#choose, isEmpty ? messages.choose : messages.chooseAnother, !isWorking],
      [this.#camera, messages.takePhoto, isEmpty && matchMedia('(pointer: coarse)').matches],
      [this.#retry, messages.retry, canRetry],
      [this.#cancel, messages.cancel, isWorking],
      [this.#remove, messages.remove, !isWorking && !isEmpty],
    ] as const) {
      setText(button, text);
      button.hidden = !isVisible;
      button.disabled = isDisabled;
    }
    setText(this.#drop, messages.dropOrPaste);
    this.#drop.hidden = !isEmpty || !matchMedia('(pointer: fine)').matches;
  }

  #renderProgress({ state, messages, language }: ViewModel): void {
    const { kind } = state;
    this.#progress.hidden = !isBusy(state) || kind === 'offline' || kind === 'waiting';
    this.#progress.setAttribute('aria-label', statusText(state, messages, language));
    if (kind === 'uploading') this.#progress.value = state.share;
    else this.#progress.removeAttribute('value');
    if (kind === 'waiting') this.#countdown.start(state.until, messages, language);
    else this.#countdown.stop();
  }

  /** Shows the result's details. If their code cannot be loaded, the field shows the label alone until the network is back. */
  #renderResult(model: ResultModel | undefined): void {
    this.#result.hidden = this.#input.hidden = !model;
    this.#resultModel = model;
    this.#online?.abort();
    if (model && this.#resultView) this.#resultView.render(model);
    else if (model)
      this.#loadResultView().then(
        () => this.#renderResult(this.#resultModel),
        () => this.#renderResultWhenOnline(model),
      );
  }

  /** Loads the code of the result's details. @throws Error when it cannot be loaded */
  async #loadResultView(): Promise<void> {
    const { ResultView } = await import('./result-view.ts');
    if (this.#resultView) return;
    this.#resultView = new ResultView(this.#result, this.#input);
    this.#adoptResultStyles();
  }

  #adoptResultStyles(): void {
    const sheets = this.#resultView?.styleSheets(this.field.ownerDocument) ?? [];
    this.#root.adoptedStyleSheets.push(...sheets);
  }

  #renderResultWhenOnline(model: ResultModel): void {
    // A later call has replaced the model.
    if (model !== this.#resultModel) return;
    this.#online = new AbortController();
    backOnline(this.#online.signal).then(
      () => this.#renderResult(model),
      () => {}, // A later call has replaced the model.
    );
  }
}

/** A text that the page can replace through a slot. */
const slotted = (name: string): HTMLElement => h('span', { part: name, id: name }, h('slot', { name }));

/** Draws on a canvas, because a strict Content Security Policy forbids the source of an image element. */
function draw(canvas: HTMLCanvasElement, bitmap: ImageBitmap): void {
  const scale = Math.min(1, PREVIEW_EDGE / Math.max(bitmap.width, bitmap.height));
  canvas.width = Math.max(1, Math.round(bitmap.width * scale));
  canvas.height = Math.max(1, Math.round(bitmap.height * scale));
  const context = canvas.getContext('2d') as CanvasRenderingContext2D;
  context.imageSmoothingQuality = 'high';
  context.drawImage(bitmap, 0, 0, canvas.width, canvas.height);
}

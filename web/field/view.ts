/** @file The field as it is seen and heard: made once, brought up to date from each state. */
import { h, icon } from './dom.ts';
import type { Messages } from './messages/en.ts';
import { fill, labelText, percent, problemText } from './messages.ts';
import { isBusy, isUnsure, labelOf, type State, scoreOf } from './state.ts';

/** What a person can do. The controls of an answer are in answer-view.ts. */
export interface Actions {
  take(file: File): void;
  /** The picker was closed without a choice. */
  dismiss(): void;
  cancel(): void;
  retry(): void;
  remove(): void;
}

/** All that is shown. */
interface Shown {
  state: State;
  messages: Messages;
  /** Of the page; numbers are written in it. */
  language: string;
  /** Of the words, which are English where the page's language has none. */
  wordsLanguage: string;
  /** Text of the label; empty where the page has one of its own. */
  label: string;
  /** What the field is called for those who do not see the page's label. */
  name: string;
  hint: string;
  /** What hinders the form, once somebody has tried to send it. */
  error: string;
  disabled: boolean;
  /** Types of files, as `HTMLInputElement.accept`. */
  accept: string;
  bitmap: ImageBitmap | undefined;
  /** What has just happened, where the state does not say it. */
  news: string;
}

const SHIRT = 'M8.5 3.5 3 6.5l1.5 4 2.5-1v11h10v-11l2.5 1 1.5-4-5.5-3a3.5 3.5 0 0 1-7 0Z';

export interface View {
  /** All of it. */
  field: HTMLElement;
  /** Where files may be dropped. */
  zone: HTMLElement;
  /** Where the answer's details go. */
  details: HTMLElement;
  /** Opens the file picker. */
  pick(): void;
  show(shown: Shown): void;
  /** Ends what runs by itself. */
  stop(): void;
}

export function createView(actions: Actions): View {
  const label = h('span', { part: 'label', id: 'label' }, h('slot', { name: 'label' }));
  const picture = icon('icon', SHIRT);
  const preview = h('canvas', { part: 'preview', role: 'img' });
  const status = h('p', { part: 'status', role: 'status', id: 'status' });
  const progress = h('progress', { part: 'progress', max: '1' });
  const countdown = h('span', { part: 'countdown' });
  const details = h('div', { part: 'answer' });
  const button = (part: string, onClick: () => void) =>
    h('button', { type: 'button', part: `button ${part}`, click: onClick });
  const input = h('input', { type: 'file', hidden: true });
  input.addEventListener('change', () => {
    const [file] = input.files ?? [];
    // The same file can be chosen again.
    input.value = '';
    if (file) actions.take(file);
  });
  input.addEventListener('cancel', actions.dismiss);
  const pick = (capture: string) => {
    input.capture = capture;
    input.click();
  };
  const choose = button('choose', () => pick(''));
  const camera = button('camera', () => pick('environment'));
  const retry = button('retry', actions.retry);
  const cancel = button('cancel', actions.cancel);
  const remove = button('remove quiet', actions.remove);
  const drop = h('span', { part: 'drop' });
  const hint = h('span', { part: 'hint', id: 'hint' }, h('slot', { name: 'hint' }));
  const error = h('span', { part: 'error', id: 'error' });
  const body = h(
    'div',
    { part: 'body' },
    status,
    progress,
    countdown,
    details,
    h(
      'div',
      { part: 'actions' },
      retry,
      choose,
      camera,
      h('slot', { name: 'actions' }),
      cancel,
      remove,
      drop,
    ),
  );
  const zone = h('div', { part: 'zone' }, picture, preview, body);
  const field = h(
    'div',
    { part: 'field', role: 'group', 'aria-describedby': 'hint error' },
    label,
    zone,
    hint,
    error,
    input,
  );
  choose.setAttribute('aria-describedby', 'hint error status');

  let drawn: ImageBitmap | undefined;
  let timer: ReturnType<typeof setInterval> | undefined;

  function show(shown: Shown): void {
    const { state, messages, language, disabled, bitmap } = shown;
    input.accept = shown.accept;
    const { kind } = state;
    const hadFocus = (field.getRootNode() as ShadowRoot).activeElement;
    const isWorking = isBusy(state);
    (label.firstElementChild as Element).replaceChildren(shown.label);
    label.hidden = shown.label === '';
    field.setAttribute('aria-label', shown.name);
    field.lang = shown.wordsLanguage;
    (hint.firstElementChild as Element).replaceChildren(shown.hint);
    hint.hidden = shown.hint === '' || kind !== 'empty';
    setText(error, shown.error);
    setText(status, shown.news || statusText(shown));
    if (drawn !== bitmap) draw(preview, bitmap);
    drawn = bitmap;
    preview.hidden = !bitmap;
    preview.setAttribute('aria-label', messages.preview);
    picture.toggleAttribute('hidden', Boolean(bitmap));
    for (const [element, text] of [
      [choose, kind === 'empty' ? messages.choose : messages.another],
      [camera, messages.camera],
      [retry, messages.retry],
      [cancel, messages.cancel],
      [remove, messages.remove],
      [drop, messages.drop],
    ] as const) {
      setText(element, text);
      if (element !== drop) (element as HTMLButtonElement).disabled = disabled;
    }
    choose.hidden = isWorking;
    camera.hidden = kind !== 'empty' || !matchMedia('(pointer: coarse)').matches;
    drop.hidden = kind !== 'empty' || !matchMedia('(pointer: fine)').matches;
    retry.hidden = kind !== 'failed' || !state.problem.isPassing;
    cancel.hidden = !isWorking;
    remove.hidden = isWorking || kind === 'empty';
    progress.hidden = !isWorking || kind === 'offline' || kind === 'waiting';
    if (kind === 'uploading') progress.value = state.share;
    else progress.removeAttribute('value');
    progress.setAttribute('aria-label', statusText(shown));
    clearInterval(timer);
    countdown.hidden = kind !== 'waiting';
    if (kind === 'waiting') timer = countDown(countdown, state.until, messages, language);
    details.hidden = state.kind !== 'answered' || !state.answer;
    // What had the focus may be gone; a keyboard must not start at the top of the page.
    if (hadFocus instanceof HTMLElement && hadFocus.closest('[hidden]'))
      (choose.hidden ? cancel : choose).focus();
  }

  return { field, zone, details, pick: () => pick(''), show, stop: () => clearInterval(timer) };
}

/** Changed only where it differs: a live region speaks at each change. */
function setText(element: Element, text: string): void {
  if (element.textContent !== text) element.textContent = text;
}

/** What is happening, in a sentence. */
function statusText({ state, messages, language }: Shown): string {
  switch (state.kind) {
    case 'empty':
      return '';
    case 'failed':
      return problemText(state.problem, messages);
    case 'waiting':
      return state.problem.type === 'too-many-requests' ? messages.waiting : messages.unanswered;
    case 'answered': {
      const label = labelText(labelOf(state), messages);
      const score = scoreOf(state);
      const text = isUnsure(state) ? fill(messages.perhaps, { label }) : label;
      return score === undefined || state.said !== undefined ? text : `${text}, ${percent(score, language)}`;
    }
    default:
      return messages[state.kind];
  }
}

/** Seen, not heard: the sentence above it has said that it asks again. */
function countDown(element: Element, until: number, messages: Messages, language: string) {
  const format = new Intl.NumberFormat(language || 'en', {
    style: 'unit',
    unit: 'second',
    unitDisplay: 'long',
  });
  const tick = () => {
    const seconds = Math.max(0, Math.ceil((until - Date.now()) / 1000));
    setText(element, fill(messages.seconds, { seconds: format.format(seconds) }));
  };
  tick();
  return setInterval(tick, 500);
}

/** On a canvas: an image element would need a source that a strict policy forbids. */
function draw(canvas: HTMLCanvasElement, bitmap: ImageBitmap | undefined): void {
  if (!bitmap) return;
  const scale = Math.min(1, 480 / Math.max(bitmap.width, bitmap.height));
  canvas.width = Math.max(1, Math.round(bitmap.width * scale));
  canvas.height = Math.max(1, Math.round(bitmap.height * scale));
  const context = canvas.getContext('2d') as CanvasRenderingContext2D;
  context.imageSmoothingQuality = 'high';
  context.drawImage(bitmap, 0, 0, canvas.width, canvas.height);
}

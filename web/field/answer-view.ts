/** @file An answer in detail: how likely each label is, what the model saw, and the person's say. Loaded with the first answer. */
import { LABELS } from '#shared/labels.ts';
import { h } from './dom.ts';
import type { Messages } from './messages/en.ts';
import { labelText, percent } from './messages.ts';
import type { Answer } from './state.ts';

const CSS = `
[part=answer] { display: grid; gap: .875rem; }
[part=reason] { margin: 0; color: var(--soft); }
table { border-collapse: collapse; width: 100%; font-size: .9375em; }
caption { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
th, td { padding: .1875rem 0; font-weight: 400; text-align: start; vertical-align: middle; }
th { width: 1%; white-space: nowrap; padding-inline-end: 1rem; }
td:last-child { width: 1%; white-space: nowrap; padding-inline-start: 1rem; text-align: end; font-variant-numeric: tabular-nums;
  color: var(--soft); }
tr[aria-current] th, tr[aria-current] td { font-weight: 600; color: var(--ink); }
[part=track] { display: block; height: .5rem; border-radius: .25rem; background: var(--faint); overflow: hidden; }
[part=bar] { display: block; height: 100%; min-width: 2px; border-radius: inherit; background: var(--accent); }
[part=question] { display: flex; flex-wrap: wrap; gap: .5rem .625rem; align-items: center; }
[part=saw] { color: var(--soft); font-size: .875em; }
summary { cursor: pointer; width: fit-content; padding-block: .25rem; border-radius: .25rem; }
[part=saw] > div { display: flex; gap: 1rem; align-items: flex-start; padding-block-start: .5rem; }
[part=saw] p { margin: 0 0 .5rem; }
[part=pixels] { flex: none; width: 6rem; height: 6rem; image-rendering: pixelated; border-radius: .25rem; background: #000; }
@container (max-width: 26rem) { [part=question] span { flex-basis: 100%; } [part=saw] > div { flex-wrap: wrap; } }
`;

interface Options {
  answer: Answer;
  isLocal: boolean;
  /** The label that the person has confirmed or chosen. */
  said: string | undefined;
  /** How many labels are listed. */
  top: number;
  messages: Messages;
  language: string;
  disabled: boolean;
  onSay(label: string): void;
}

/** What depends on the person's word: all else stays, for a list that somebody is typing in must not be made anew. */
type Hear = (said: string | undefined) => void;

let sheet: CSSStyleSheet | undefined;

/** By the element they are in: of what the details were made, and how they hear of another word. */
const shown = new WeakMap<HTMLElement, { made: unknown[]; hear: Hear }>();

/** Brings `details` up to date. What has the focus keeps it: its place is known by its part. */
export function showAnswer(details: HTMLElement, options: Options): void {
  const root = details.getRootNode() as ShadowRoot;
  sheet ??= newSheet();
  if (!root.adoptedStyleSheets.includes(sheet)) root.adoptedStyleSheets.push(sheet);
  const { answer, isLocal, top, messages, language, disabled } = options;
  const made = [answer.predictions, isLocal, top, messages, language, disabled];
  const before = shown.get(details);
  if (!before || made.some((part, i) => part !== before.made[i])) {
    const focused = root.activeElement?.getAttribute('part');
    const isOpen = details.querySelector('details')?.open ?? false;
    const parts = [reason(options), table(options), question(options)];
    const hear: Hear = (said) => {
      for (const part of parts) part.hear(said);
    };
    details.replaceChildren(...parts.map(({ node }) => node), ...saw(options, isOpen));
    if (focused) details.querySelector<HTMLElement>(`[part="${focused}"]`)?.focus();
    shown.set(details, { made, hear });
  }
  shown.get(details)?.hear(options.said);
}

function newSheet(): CSSStyleSheet {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(CSS);
  return sheet;
}

interface Part {
  node: HTMLElement;
  hear: Hear;
}

const REASONS = { 'no-garment': 'noGarment', 'poor-mask': 'poorMask', 'low-score': 'lowScore' } as const;

function reason({ answer: { abstained }, messages }: Options): Part {
  const node = h('p', { part: 'reason' }, abstained ? messages[REASONS[abstained]] : '');
  const hear: Hear = (said) => {
    node.hidden = !abstained || said !== undefined;
  };
  return { node, hear };
}

function table({ answer, top, messages, language }: Options): Part {
  const rows = answer.predictions.slice(0, top).map(({ label, score }) => {
    const bar = h('span', { part: 'bar' });
    bar.style.inlineSize = `${100 * score}%`;
    const row = h(
      'tr',
      {},
      h('th', { scope: 'row' }, labelText(label, messages)),
      h('td', { 'aria-hidden': 'true' }, h('span', { part: 'track' }, bar)),
      h('td', {}, percent(score, language)),
    );
    return { label, row };
  });
  const body = h('tbody', {}, ...rows.map(({ row }) => row));
  const node = h('table', { part: 'table' }, h('caption', {}, messages.likeliest), body);
  const hear: Hear = (said = answer.predictions[0]?.label) => {
    for (const { label, row } of rows) row.ariaCurrent = label === said ? 'true' : null;
  };
  return { node, hear };
}

function question({ answer, messages, disabled, onSay }: Options): Part {
  const guess = answer.predictions[0]?.label ?? '';
  const words = h('span', { 'aria-hidden': 'true' }, messages.question);
  const yes = h(
    'button',
    { type: 'button', part: 'button yes', disabled, click: () => onSay(guess) },
    messages.yes,
  );
  const others = LABELS.filter((label) => label !== guess).map((label) =>
    h('option', { value: label }, labelText(label, messages)),
  );
  const none = h('option', { value: '', disabled: true, hidden: true }, messages.correct);
  const onChange = () => onSay(select.value);
  const name = { part: 'select', 'aria-label': messages.correct };
  const select: HTMLSelectElement = h('select', { ...name, disabled, change: onChange }, none, ...others);
  const node = h(
    'div',
    { part: 'question', role: 'group', 'aria-label': messages.question },
    words,
    yes,
    select,
  );
  const hear: Hear = (said = '') => {
    yes.ariaPressed = String(said === guess);
    select.value = said === guess ? '' : said;
  };
  return { node, hear };
}

function saw({ answer, isLocal, messages }: Options, isOpen: boolean): Node[] {
  const { explanation, model } = answer;
  if (!explanation) return [];
  const pixels = h('canvas', {
    part: 'pixels',
    role: 'img',
    'aria-label': messages.saw,
    width: '28',
    height: '28',
  });
  drawDataUrl(pixels, explanation.image);
  const lines = [messages.sawText, ...(isLocal ? [messages.here] : [])];
  return [
    h(
      'details',
      { part: 'saw', open: isOpen },
      h('summary', {}, messages.saw),
      h(
        'div',
        {},
        pixels,
        h(
          'div',
          {},
          ...lines.map((line) => h('p', {}, line)),
          h('p', { lang: 'en' }, `${model.name} ${model.version.slice(0, 12)}`),
        ),
      ),
    ),
  ];
}

/** Without an image element, for which a policy would have to allow `data:`. */
async function drawDataUrl(canvas: HTMLCanvasElement, url: string): Promise<void> {
  const bytes = Uint8Array.from(atob(url.slice(url.indexOf(',') + 1)), (character) =>
    character.charCodeAt(0),
  );
  const bitmap = await createImageBitmap(new Blob([bytes], { type: 'image/png' }));
  canvas.getContext('2d')?.drawImage(bitmap, 0, 0);
}

/** @file A result's details: labels with scores, and the network's input. Loaded with the first result. */
import { h, sheetPerDocument } from './dom.ts';
import { labelText, percent } from './format.ts';
import type { ResultModel } from './view-model.ts';

const CSS = `
[part=answer] { display: grid; gap: .875rem; }
[part=reason] { margin: 0; color: var(--soft); }
table { border-collapse: collapse; width: 100%; font-size: .9375em; }
caption { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
th, td { padding: .1875rem 0; font-weight: 400; text-align: start; vertical-align: middle; }
th { width: 1%; white-space: nowrap; padding-inline-end: 1rem; }
th span { display: inline-block; width: max-content; max-width: 45cqi; white-space: normal; overflow-wrap: anywhere; }
td:last-child { width: 1%; white-space: nowrap; padding-inline-start: 1rem; text-align: end; font-variant-numeric: tabular-nums;
  color: var(--soft); }
tr[aria-current] th, tr[aria-current] td { font-weight: 600; color: var(--ink); }
[part=track] { display: block; height: .5rem; border-radius: .25rem; background: var(--faint); overflow: hidden; }
[part=bar] { display: block; height: 100%; min-width: 2px; border-radius: inherit; background: var(--accent); }
[part=saw] { color: var(--soft); font-size: .875em; }
summary { cursor: pointer; width: fit-content; padding-block: .25rem; border-radius: .25rem; }
[part=saw] > div { display: flex; gap: 1rem; align-items: flex-start; padding-block-start: .5rem; }
[part=saw] p { margin: 0 0 .5rem; }
[part=pixels] { flex: none; width: 6rem; height: auto; image-rendering: pixelated; border-radius: .25rem; background: #000; }
@container (max-width: 26rem) { [part=saw] > div { flex-wrap: wrap; } }
@media (forced-colors: active) {
  [part~=bar] { forced-color-adjust: none; background: CanvasText !important; }
}
`;

/** An element with the update that follows the field's label. */
interface Part {
  node: HTMLElement;
  showChosen(label: string | undefined): void;
}

const styleSheets = sheetPerDocument(CSS);

export class ResultView {
  /** Returns the style sheet of a document's results. */
  readonly styleSheets = styleSheets;
  readonly #container: HTMLElement;
  readonly #input: HTMLElement;
  #parts: Part[] = [];
  /** The values that the elements were created from. */
  #inputs: unknown[] = [];

  /**
   * @param container receives the reason and the table
   * @param input receives the network's input
   */
  constructor(container: HTMLElement, input: HTMLElement) {
    this.#container = container;
    this.#input = input;
  }

  /** Creates the elements again when anything but the field's label has changed. */
  render({ chosen, ...model }: ResultModel): void {
    // Renewing a token replaces the result, but not its predictions.
    const inputs = Object.values({ ...model, result: model.result.predictions });
    if (inputs.length !== this.#inputs.length || inputs.some((input, i) => input !== this.#inputs[i])) {
      this.#inputs = inputs;
      this.#rebuild({ chosen, ...model });
    }
    for (const part of this.#parts) part.showChosen(chosen);
  }

  /** Creates the elements again. The network's input stays open. */
  #rebuild(model: ResultModel): void {
    const isOpen = this.#input.querySelector('details')?.open ?? false;
    this.#parts = [reason(model), table(model)];
    this.#container.replaceChildren(...this.#parts.map(({ node }) => node));
    this.#input.replaceChildren(...networkInput(model, isOpen));
  }
}

/** Why the model declined to answer, and how to take a better photo. Without a guess, the status line says why. */
function reason({ result: { abstained, explanation }, guess, messages }: ResultModel): Part {
  // A Worker that was deployed before this script sends no codes.
  const advice = (explanation?.warning_codes ?? []).map((code) => messages.advice[code]);
  const texts = abstained ? [guess && messages.abstained[abstained], ...advice] : [];
  const text = texts.filter(Boolean).join(' ');
  const node = h('p', { part: 'reason' }, text);
  const showChosen = (chosen: string | undefined) => {
    node.hidden = !text || chosen !== undefined;
  };
  return { node, showChosen };
}

function table({ result, guess, top, messages, language }: ResultModel): Part {
  const rows = result.predictions.slice(0, top).map(({ label, score }) => {
    const bar = h('span', { part: 'bar' });
    bar.style.inlineSize = `${100 * score}%`;
    const row = h(
      'tr',
      {},
      h('th', { scope: 'row' }, h('span', {}, labelText(label, messages))),
      h('td', { 'aria-hidden': 'true' }, h('span', { part: 'track' }, bar)),
      h('td', {}, percent(score, language)),
    );
    return { label, row };
  });
  const body = h('tbody', {}, ...rows.map(({ row }) => row));
  const node = h('table', { part: 'table' }, h('caption', {}, messages.mostLikely), body);
  const showChosen = (chosen = guess) => {
    for (const { label, row } of rows) row.ariaCurrent = label === chosen ? 'true' : null;
  };
  return { node, showChosen };
}

/** The pixels that the network gets, and the model's version. */
function networkInput({ result, isLocal, messages }: ResultModel, isOpen: boolean): Node[] {
  const { explanation, model } = result;
  if (!explanation) return [];
  const pixels = h('canvas', { part: 'pixels', role: 'img', 'aria-label': messages.networkInput });
  drawDataUrl(pixels, explanation.image);
  const texts = [messages.networkInputText, ...(isLocal ? [messages.computedLocally] : [])].map((text) =>
    h('p', {}, text),
  );
  const version = h('p', { lang: 'en' }, `${model.name} ${model.version.slice(0, 12)}`);
  const body = h('div', {}, pixels, h('div', {}, ...texts, version));
  return [h('details', { part: 'saw', open: isOpen }, h('summary', {}, messages.networkInput), body)];
}

/** Draws a PNG without an image element, for which the page's policy would have to allow `data:`. */
async function drawDataUrl(canvas: HTMLCanvasElement, url: string): Promise<void> {
  const bytes = Uint8Array.from(atob(url.slice(url.indexOf(',') + 1)), (character) =>
    character.charCodeAt(0),
  );
  const bitmap = await createImageBitmap(new Blob([bytes], { type: 'image/png' }));
  Object.assign(canvas, { width: bitmap.width, height: bitmap.height });
  canvas.getContext('2d')?.drawImage(bitmap, 0, 0);
}

/** @file Markup that several pages share: choices, panels and thumbnails. */
import { html } from 'hono/html';
import release from '../../../release/tinyvgg.json' with { type: 'json' };
import { EXAMPLES } from './examples.ts';
import type { Markup } from './layout.ts';

/** Number of the bundled network's weights, such as 7,740. */
export const PARAMETERS = release.parameters.toLocaleString('en');

/** A row of radio buttons. */
export const choice = (
  name: string,
  legend: string,
  values: readonly (readonly [value: string, text: string])[],
  chosen: string,
): Markup =>
  html`<fieldset class="choice"><legend>${legend}</legend><div>${values.map(
    ([value, text]) =>
      html`<label><input type="radio" name="${name}" value="${value}"${value === chosen ? html` checked` : ''}><span>${text}</span></label>`,
  )}</div></fieldset>`;

/** A canvas with a heading above and a note below. */
export const panel = (id: string, heading: string | Markup, note?: string): Markup =>
  html`<div class="panel" id="${id}"><h3>${heading}</h3><canvas></canvas><p class="note">${note ?? ''}</p></div>`;

/** A figure of the lab, with its heading. Its script fills it later. */
export const lab = (id: string, heading: string): Markup =>
  html`<section id="${id}"><h3 class="subhead">${heading}</h3><div class="lab"></div></section>`;

/** The example pictures as buttons. */
export const thumbnails = (): Markup =>
  html`${EXAMPLES.map(
    ({ name, title, width, height }) =>
      html`<button type="button" class="thumbnail" data-example="${name}" aria-pressed="false"><img src="/examples/small/${name}.png" alt="${title}" width="${width}" height="${height}"></button>`,
  )}`;

/** A note for visitors without JavaScript. */
export const needsScript = (note: string): Markup =>
  html`<noscript><p class="noscript">${note}</p></noscript>`;

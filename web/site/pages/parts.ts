/** @file Pieces of the pages: choices, panels, thumbnails. */
import { html } from 'hono/html';
import { EXAMPLES } from './examples.ts';
import type { Markup } from './layout.ts';

/** One of a few values, as radio buttons in a row. */
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

/** A canvas with its heading and, below it, what is said of it. */
export const panel = (id: string, heading: string | Markup, note?: string): Markup =>
  html`<div class="panel" id="${id}"><h3>${heading}</h3><canvas></canvas><p class="note">${note ?? ''}</p></div>`;

/** The drawn pictures as buttons. */
export const thumbnails = (): Markup =>
  html`${EXAMPLES.map(
    ({ name, title, width, height }) =>
      html`<button type="button" class="thumbnail" data-example="${name}" aria-pressed="false"><img src="/examples/${name}.png" alt="${title}" width="${width}" height="${height}"></button>`,
  )}`;

/** What a reader without JavaScript is told in a figure's place. */
export const needsScript = (what: string): Markup =>
  html`<noscript><p class="noscript">${what}</p></noscript>`;

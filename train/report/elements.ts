/** @file Parts of the pages: sections, figures and tables. */
import { type Figure, inlineSvg } from './figure.ts';
import { type Markup, markup, raw } from './markup.ts';

export const section = (title: string, content: Markup): Markup =>
  markup`<section><h2>${title}</h2>${content}</section>`;

export const figureGrid = (figures: readonly Figure[]): Markup =>
  markup`<div class="figures pairs">${figures.map((figure) => figureElement(figure))}</div>`;

export const figureElement = (figure: Figure, caption?: Markup): Markup =>
  markup`<figure>${inlineSvg(figure)}${caption && markup`<figcaption>${caption}</figcaption>`}</figure>`;

/** Renders a table that scrolls sideways where it is wider than the page. */
export const table = (caption: string, head: readonly string[], rows: readonly Markup[]): Markup =>
  markup`<div class="scroll" role="region" aria-label="${caption}" tabindex="0"><table><caption>${caption}</caption>
<thead><tr>${head.map((title) => markup`<th scope="col">${title}</th>`)}</tr></thead>
<tbody>${rows}</tbody></table></div>`;

export const row = (head: string, cells: readonly string[], attributes = raw('')): Markup =>
  markup`<tr${attributes}><th scope="row">${head}</th>${cells.map((cell) => markup`<td>${cell}</td>`)}</tr>`;

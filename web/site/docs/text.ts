/** @file Descriptions of the OpenAPI document as HTML. */
import { html } from 'hono/html';

/** Marks up the `code` in a text. */
export function prose(text = '') {
  return text.split('`').map((part, i) => (i % 2 ? html`<code>${part}</code>` : part));
}

/** Marks up a text of several paragraphs. */
export const paragraphs = (text = '') =>
  text.split('\n\n').map((paragraph) => html`<p>${prose(paragraph)}</p>`);

/** @file Descriptions for the page. */
import { html } from 'hono/html';

/** Text whose `code` is code. */
export function prose(text = '') {
  return text.split('`').map((part, i) => (i % 2 ? html`<code>${part}</code>` : part));
}

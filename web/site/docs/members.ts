/** @file A list of names with types and descriptions. Unlike a table it stays readable on a phone. */
import { html } from 'hono/html';

export interface Member {
  name: unknown;
  /** Behind the name, for example a type. */
  type?: unknown;
  description?: unknown;
}

export function members(rows: readonly Member[]) {
  if (rows.length === 0) return '';
  return html`<dl>${rows.map(
    ({ name, type = '', description = '' }) => html`<dt>${name} <small>${type}</small><dd>${description}`,
  )}</dl>`;
}

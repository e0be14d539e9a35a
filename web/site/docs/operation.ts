/** @file One operation for the page. */
import { html } from 'hono/html';
import type { Content, Method, Operation, Schema } from '../../../edge/openapi/openapi.ts';
import { typeOf } from './schema.ts';
import { prose } from './text.ts';

interface Row {
  path: string;
  method: Method;
  operation: Operation;
}

export function operationSection({ path, method, operation }: Row) {
  const { operationId, summary, description, parameters = [], requestBody, responses, security } = operation;
  const samples = operation['x-codeSamples'] ?? [];
  const inputs = parameters.map(({ name, in: place, schema, description }) => [
    html`<code>${name}</code>, ${place}`,
    typeOf(schema),
    prose(description),
  ]);
  const bodies = Object.entries(requestBody?.content ?? {}).map(([type, { schema = {} }]) => [
    html`<code>${type}</code>`,
    isBytes(schema) ? 'bytes' : typeOf(schema),
    prose(schema.description),
  ]);
  const answers = Object.entries(responses).map(([status, { content, description }]) => [
    html`<code>${status}</code>`,
    contentTypes(content),
    prose(description),
  ]);
  return html`<section id="${operationId}">
<h3><b>${method.toUpperCase()}</b> ${path}</h3>
<p>${summary}. ${prose(description)} ${security.length > 0 ? html`Needs <a href="#access">a key</a>.` : ''}</p>
${samples.map(({ source }) => html`<pre tabindex="0">${source}</pre>`)}
${table(['parameter', 'type', 'meaning'], inputs)}
${table(['body', 'type', 'meaning'], bodies)}
${table(['answer', 'type', 'meaning'], answers)}
</section>
`;
}

const contentTypes = (content: Content = {}) =>
  Object.entries(content).map(([type, { schema = {} }], i) => {
    const separator = i > 0 ? ' or ' : '';
    return html`${separator}<code>${type}</code> ${isBytes(schema) ? '' : typeOf(schema)}`;
  });

/** What is no JSON has no more than a description. */
const isBytes = (schema: Schema): boolean => Object.keys(schema).every((key) => key === 'description');

export function table(head: string[], rows: unknown[][]) {
  if (rows.length === 0) return '';
  return html`<table>
<thead><tr>${head.map((cell) => html`<th>${cell}`)}</thead>
<tbody>${rows.map((row) => html`<tr>${row.map((cell) => html`<td>${cell}`)}`)}</tbody>
</table>`;
}

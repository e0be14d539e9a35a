/** @file The OpenAPI document as one page: no script, light and dark as the reader's system is. */
import { html } from 'hono/html';
import { type OpenApiDocument, operationsOf } from '../../../edge/openapi/openapi.ts';
import { layout } from '../pages/layout.ts';
import { operationSection, table } from './operation.ts';
import { schemaSection } from './schema.ts';
import { prose } from './text.ts';

export function docsPage(document: OpenApiDocument): string {
  const { info, tags, components } = document;
  const groups = tags.map((tag) => ({
    ...tag,
    operations: operationsOf(document).filter(({ operation }) => operation.tags.includes(tag.name)),
  }));
  const main = html`<section class="hero">
<h1>Reference</h1>
<div class="prose"><p>${prose(info.description)}</p></div>
<p class="note">Version ${info.version}. The same as data: <a href="/openapi.json">openapi.json</a>, OpenAPI 3.1.</p>
</section>
<nav class="addresses" aria-label="Addresses">${groups.map(({ operations }) => index(operations))}</nav>
<div class="reference">
${groups.map(
  ({ name, description, operations }) => html`<h2>${name}</h2>
<p>${prose(description)}</p>
${operations.map(operationSection)}`,
)}
<h2 id="access">Access</h2>
${table(
  ['scheme', 'meaning'],
  Object.entries(components.securitySchemes).map(([name, { description }]) => [
    html`<code>${name}</code>`,
    prose(description),
  ]),
)}
<h2>Schemas</h2>
${Object.entries(components.schemas).map(([name, schema]) => schemaSection(name, schema))}
</div>`;
  return `${layout({
    path: '/docs',
    title: `${info.title}: reference`,
    description: 'Every address of the API, what it takes and what it answers.',
    asset: 'docs',
    isScripted: false,
    main,
  })}`;
}

function index(operations: ReturnType<typeof operationsOf>) {
  const entries = operations.map(
    ({ path, method, operation: { operationId, summary } }) =>
      html`<li><a href="#${operationId}"><b>${method.toUpperCase()}</b> ${path}</a> ${summary}`,
  );
  return html`<ul>${entries}</ul>`;
}

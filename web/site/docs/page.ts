/** @file The API reference: the OpenAPI document as one page. It is readable without script; web/reference/main.ts adds conveniences. */
import { html } from 'hono/html';
import { type OpenApiDocument, operationsOf } from '../../../edge/openapi/openapi.ts';
import { layout } from '../pages/layout.ts';
import { members } from './members.ts';
import { operationSection } from './operation.ts';
import { schemaSection } from './schema.ts';
import { paragraphs, prose } from './text.ts';

export function docsPage(document: OpenApiDocument): string {
  const { info, tags, components } = document;
  const groups = tags.map((tag) => ({
    ...tag,
    operations: operationsOf(document).filter(({ operation }) => operation.tags.includes(tag.name)),
  }));
  const main = html`<div class="api">
<nav class="side" aria-label="Operations"><details open>
<summary>Operations</summary>
${groups.map(
  ({ name, operations }) => html`<h2>${name}</h2>
<ul>${operations.map(link)}</ul>`,
)}
<h2>More</h2>
<ul><li><a href="#access">Access</a><li><a href="#schemas">Schemas</a><li><a href="/openapi.json">openapi.json</a></ul>
</details></nav>
<div class="reference">
<section class="hero">
<h1>API reference</h1>
${paragraphs(info.description)}
<p class="note">Version ${info.version}, <a href="/openapi.json">OpenAPI 3.1</a>.</p>
</section>
${groups.map(
  ({ name, description, operations }) => html`<h2 id="${name}">${name}</h2>
<p>${prose(description)}</p>
${operations.map(operationSection)}`,
)}
<h2 id="access">Access</h2>
${members(
  Object.entries(components.securitySchemes).map(([name, { description }]) => ({
    name: html`<code>${name}</code>`,
    description: prose(description),
  })),
)}
<h2 id="schemas">Schemas</h2>
${Object.entries(components.schemas).map(([name, schema]) => schemaSection(name, schema))}
</div>
</div>`;
  return `${layout({
    path: '/docs',
    title: `${info.title}: API reference`,
    description: 'Every operation of the API with its parameters, responses and examples.',
    asset: 'docs',
    main,
  })}`;
}

function link({
  path,
  method,
  operation: { operationId, summary },
}: ReturnType<typeof operationsOf>[number]) {
  return html`<li><a href="#${operationId}" title="${method.toUpperCase()} ${path}"><b class="${method}">${method.toUpperCase()}</b>
<span>${summary}</span></a>`;
}

/** @file The OpenAPI document as one page: no script, nothing loaded, light and dark as the reader's system is. */
import { createHash } from 'node:crypto';
import { html, raw } from 'hono/html';
import { type OpenApiDocument, operationsOf } from '../../openapi/openapi.ts';
import { operationSection, table } from './operation.ts';
import { schemaSection } from './schema.ts';
import { STYLE } from './style.ts';
import { prose } from './text.ts';

/** The page allows itself its one style sheet, by its digest, and nothing else. */
export const DOCS_POLICY = [
  "default-src 'none'",
  `style-src 'sha256-${createHash('sha256').update(STYLE).digest('base64')}'`,
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

export async function docsPage(document: OpenApiDocument): Promise<string> {
  return String(await page(document));
}

function page(document: OpenApiDocument) {
  const { info, tags, components } = document;
  const groups = tags.map((tag) => ({
    ...tag,
    operations: operationsOf(document).filter(({ operation }) => operation.tags.includes(tag.name)),
  }));
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>${info.title}: reference</title>
<style>${raw(STYLE)}</style>
</head>
<body>
<header>
<h1>${info.title}</h1>
<p>${prose(info.description)}</p>
<p>Version ${info.version}. The same as data: <a href="/openapi.json">openapi.json</a>, OpenAPI 3.1.</p>
</header>
<nav aria-label="Addresses">${groups.map(({ operations }) => index(operations))}</nav>
<main>
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
</main>
</body>
</html>
`;
}

function index(operations: ReturnType<typeof operationsOf>) {
  const entries = operations.map(
    ({ path, method, operation: { operationId, summary } }) =>
      html`<li><a href="#${operationId}"><b>${method.toUpperCase()}</b> ${path}</a> ${summary}`,
  );
  return html`<ul>${entries}</ul>`;
}

/** @file JSON schemas for the page: named ones as sections, others in a line. */
import { html } from 'hono/html';
import type { Schema } from '../../../edge/openapi/openapi.ts';
import { prose } from './text.ts';

export function schemaSection(name: string, schema: Schema) {
  return html`<section id="schema-${name}">
<h3>${name}</h3>
<p>${prose(schema.description)}</p>
${schema.properties ? members(schema) : html`<p>${typeOf(schema)}</p>`}
</section>
`;
}

/** The members of an object, one a row. */
function members({ properties = {}, required = [] }: Schema) {
  const rows = Object.entries(properties).map(([name, schema]) => {
    const optional = required.includes(name) ? '' : ', optional';
    return html`<tr><td><code>${name}</code>${optional}<td>${typeOf(schema)}<td>${prose(schema.description)}`;
  });
  return html`<table>
<thead><tr><th>member<th>type<th>meaning</thead>
<tbody>${rows}</tbody>
</table>`;
}

/** A schema in a line: a named one as a link, others with their choices and limits. */
export function typeOf(schema: Schema): unknown {
  if (schema.$ref) {
    const name = schema.$ref.replace('#/components/schemas/', '');
    return html`<a href="#schema-${name}">${name}</a>`;
  }
  const choices = schema.oneOf ?? schema.anyOf;
  if (choices) return choices.map((choice, i) => html`${i > 0 ? ' or ' : ''}${typeOf(choice)}`);
  if (schema.enum) return schema.enum.map((value, i) => html`${i > 0 ? ', ' : ''}<code>${value}</code>`);
  if (schema.const !== undefined) return html`<code>${schema.const}</code>`;
  if (schema.type === 'array') return html`list of ${typeOf(schema.items ?? {})}`;
  if (schema.properties) return html`{ ${inLine(schema.properties)} }`;
  return scalar(schema);
}

const inLine = (properties: Record<string, Schema>) =>
  Object.entries(properties).map(
    ([name, schema], i) => html`${i > 0 ? ', ' : ''}<code>${name}</code> ${typeOf(schema)}`,
  );

function scalar({
  contentMediaType,
  type = contentMediaType ? 'file' : 'anything',
  minimum,
  maximum,
  contentEncoding,
  default: initial,
}: Schema): string {
  const encoding = contentEncoding ? ` in ${contentEncoding}` : '';
  // Whole numbers without a limit have that of JavaScript's in their schema.
  const range =
    maximum === undefined || maximum === Number.MAX_SAFE_INTEGER ? '' : `, ${minimum} to ${maximum}`;
  return `${type}${encoding}${range}${initial === undefined ? '' : `, ${initial} unless given`}`;
}

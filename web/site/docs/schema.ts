/** @file JSON schemas in the API reference: named ones as sections, others in a line. */
import { html } from 'hono/html';
import type { Schema } from '../../../edge/openapi/openapi.ts';
import { members } from './members.ts';
import { prose } from './text.ts';

export function schemaSection(name: string, schema: Schema) {
  return html`<details class="schema"><summary>${name}</summary>
<div id="schema-${name}">
<p>${prose(schema.description)}</p>
${schema.properties ? propertyMembers(schema) : html`<p>${typeOf(schema)}</p>`}
</div></details>
`;
}

function propertyMembers({ properties = {}, required = [] }: Schema) {
  return members(
    Object.entries(properties).map(([name, schema]) => ({
      name: html`<code>${name}</code>`,
      type: html`${typeOf(schema)}${required.includes(name) ? '' : ', optional'}`,
      description: prose(schema.description),
    })),
  );
}

/** Describes a schema in a line: a named one as a link, others with their choices and limits. */
export function typeOf(schema: Schema): unknown {
  if (schema.$ref) {
    const name = schema.$ref.replace('#/components/schemas/', '');
    return html`<a href="#schema-${name}">${name}</a>`;
  }
  const choices = schema.oneOf ?? schema.anyOf;
  if (choices) {
    return html`${choices.map((choice, i) => html`${i > 0 ? ' or ' : ''}${typeOf(choice)}`)}${defaultOf(schema)}`;
  }
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

const defaultOf = ({ default: initial }: Schema): string =>
  initial === undefined ? '' : `, default ${initial}`;

function scalar(schema: Schema): string {
  const {
    contentMediaType,
    type = contentMediaType ? 'file' : 'anything',
    minimum,
    maximum,
    contentEncoding,
  } = schema;
  const encoding = contentEncoding ? ` in ${contentEncoding}` : '';
  // The schema of an unlimited integer has JavaScript's limit.
  const range =
    maximum === undefined || maximum === Number.MAX_SAFE_INTEGER ? '' : `, ${minimum} to ${maximum}`;
  return `${type}${encoding}${range}${defaultOf(schema)}`;
}

/** @file One operation of the API reference: what it takes and returns, beside examples of both. */
import { html } from 'hono/html';
import type { ApiResponse, Content, Method, Operation, Schema } from '../../../edge/openapi/openapi.ts';
import { exampleColumn } from './example.ts';
import { type Member, members } from './members.ts';
import { typeOf } from './schema.ts';
import { prose } from './text.ts';

interface Row {
  path: string;
  method: Method;
  operation: Operation;
}

export function operationSection({ path, method, operation }: Row) {
  const {
    operationId,
    summary,
    description,
    parameters = [],
    requestBody,
    responses,
    security = [],
  } = operation;
  const inputs = parameters.map(({ name, in: place, schema, description }) => ({
    name: html`<code>${name}</code>`,
    type: html`${place}, ${typeOf(schema)}`,
    description: prose(description),
  }));
  const [failures, successes] = partition(Object.entries(responses), ([status]) => Number(status) >= 400);
  return html`<section class="operation" id="${operationId}">
<div class="about">
<h3><a href="#${operationId}">${summary}</a></h3>
<p class="address"><b class="${method}">${method.toUpperCase()}</b> <code>${path}</code>${
    security.length > 0 ? html` <a class="lock" href="#access">needs a key</a>` : ''
  }</p>
<p>${prose(description)}</p>
${titled('Parameters', inputs)}
${titled('Request body', contentMembers(requestBody?.content))}
${titled('Responses', successes.flatMap(responseMembers))}
${failures.length > 0 ? errors(failures) : ''}
</div>
${exampleColumn(operation)}
</section>
`;
}

const titled = (heading: string, rows: Member[]) =>
  rows.length > 0 ? html`<h4>${heading}</h4>${members(rows)}` : '';

const contentMembers = (content: Content = {}): Member[] =>
  Object.entries(content).map(([type, { schema = {} }]) => ({
    name: html`<code>${type}</code>`,
    type: isBytes(schema) ? 'bytes' : typeOf(schema),
    description: prose(schema.description),
  }));

function responseMembers([status, { content, description }]: [string, ApiResponse]): Member[] {
  const types = Object.entries(content ?? {}).map(([type, { schema = {} }], i) => {
    const separator = i > 0 ? ' or ' : '';
    return html`${separator}<code>${type}</code> ${isBytes(schema) ? '' : typeOf(schema)}`;
  });
  return [{ name: html`<code>${status}</code>`, type: types, description: prose(description) }];
}

function errors(failures: [string, ApiResponse][]) {
  return html`<details class="errors"><summary>Errors: ${failures.map(([status]) => status).join(', ')}</summary>
${members(failures.map(([status, { description }]) => ({ name: html`<code>${status}</code>`, description: prose(description) })))}
</details>`;
}

/** A schema with nothing but a description stands for bytes. */
const isBytes = (schema: Schema): boolean => Object.keys(schema).every((key) => key === 'description');

function partition<T>(items: T[], test: (item: T) => boolean): [T[], T[]] {
  return [items.filter(test), items.filter((item) => !test(item))];
}

/** @file Validates responses against the OpenAPI document. A response that contradicts it fails the test that received it. */
import { Validator } from '@cfworker/json-schema';
import { expect } from 'vitest';
import openapi from '../../../edge/openapi/openapi.json';
import {
  type Content,
  type Method,
  type OpenApiDocument,
  operationsOf,
  type Schema,
} from '../../../edge/openapi/openapi.ts';

// TypeScript infers a narrower type from the JSON file.
export const document = openapi as unknown as OpenApiDocument;

const operations = operationsOf(document).map(({ path, method, operation }) => ({
  method,
  operation,
  pattern: new RegExp(`^${path.replaceAll('.', '\\.').replaceAll(/\{\w+\}/g, '[^/]+')}$`),
}));

/** Finds the operation of a request. */
function operationFor({ method, url }: Request) {
  const name = (method === 'HEAD' ? 'get' : method.toLowerCase()) as Method;
  const { pathname } = new URL(url);
  return operations.find(({ method, pattern }) => method === name && pattern.test(pathname))?.operation;
}

/** Validates a response, and the request if it was accepted. @param json body of the request, if it was JSON */
export async function expectDocumented(request: Request, response: Response, json?: string): Promise<void> {
  const operation = operationFor(request);
  const place = `${request.method} ${new URL(request.url).pathname} → ${response.status}`;
  expect(response.headers.get('x-request-id'), place).toMatch(/^[0-9a-f-]{36}$/);
  if (isPreflight(request)) {
    expect(response.status, place).toBe(204);
    return;
  }
  if (!operation) {
    expect([404, 405], `${place} is not in the document`).toContain(response.status);
    return;
  }
  const documented = operation.responses[response.status];
  expect(documented, `${place} is not in the document`).toBeDefined();
  for (const [name, { required }] of Object.entries(documented?.headers ?? {})) {
    if (required) expect(response.headers.has(name), `${place} has no ${name}`).toBe(true);
  }
  if (request.method !== 'HEAD') await expectContent(place, response.clone(), documented?.content);
  if (json !== undefined && response.ok) {
    expectValid(place, JSON.parse(json), operation.requestBody?.content['application/json']?.schema);
  }
}

/** The document does not contain CORS preflights, which browsers send for any path. */
const isPreflight = ({ method, headers }: Request): boolean =>
  method === 'OPTIONS' && headers.has('access-control-request-method');

async function expectContent(place: string, response: Response, content: Content = {}) {
  const type = response.headers.get('content-type')?.split(';')[0];
  if (Object.keys(content).length === 0) {
    expect(await response.text(), place).toBe('');
    return;
  }
  // Every error can be a page. Only the description of the document says so.
  if (response.status >= 400 && type === 'text/html') return;
  expect(Object.keys(content), place).toContain(type);
  if (type?.endsWith('json')) expectValid(place, await response.json(), content[type]?.schema);
}

/** Validates a JSON value against a schema of the document. */
export function expectValid(place: string, value: unknown, schema: Schema = {}) {
  const { components } = document;
  const { errors } = new Validator({ ...schema, components } as object, '2020-12').validate(value);
  expect(errors, place).toEqual([]);
}

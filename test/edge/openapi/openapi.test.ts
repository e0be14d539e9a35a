/** @file The OpenAPI document describes the app. Every test also validates its responses against the document (support/tiny.ts). */
import { beforeAll, describe, expect, it } from 'vitest';
import { createApp } from '../../../edge/app.ts';
import { PROBLEMS } from '../../../edge/http/problem-types.ts';
import { operationsOf } from '../../../edge/openapi/openapi.ts';
import packageJson from '../../../package.json';
import { document, expectDocumented, expectValid } from '../support/documented.ts';
import { isolate, tinyEngine, tinyRelease } from '../support/tiny.ts';

let worker: ReturnType<typeof isolate>;
beforeAll(async () => {
  worker = isolate(await tinyRelease(1));
});

it('has exactly the routes of the app', async () => {
  const { routes } = createApp({ engine: tinyEngine(), bundled: await tinyRelease(1) });
  const inApp = routes
    .filter(({ method }) => method !== 'ALL')
    .map(({ method, path }) => `${method} ${path.replaceAll(/:(\w+)/g, '{$1}')}`);
  const inDocument = operationsOf(document).map(({ method, path }) => `${method.toUpperCase()} ${path}`);
  expect(inDocument.toSorted()).toEqual([...new Set(inApp)].toSorted());
});

it('has every path parameter, and a unique name for each operation', () => {
  for (const { path, operation } of operationsOf(document)) {
    const named = operation.parameters
      ?.filter((parameter) => parameter.in === 'path')
      .map(({ name }) => name);
    expect(named ?? [], path).toEqual([...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name));
  }
  const names = operationsOf(document).map(({ operation }) => operation.operationId);
  expect(new Set(names).size).toBe(names.length);
});

it('lists every problem type', () => {
  const types = document.components.schemas.Problem?.properties?.type?.enum;
  expect(types).toEqual(Object.keys(PROBLEMS).map((type) => `/problems/${type}`));
});

it('has the version of the package', () => {
  expect(document).toMatchObject({
    openapi: expect.stringMatching(/^3\.1\./),
    info: { version: packageJson.version },
    servers: [{ url: '/' }],
  });
});

it('has no dangling references', () => {
  const references = [...JSON.stringify(document).matchAll(/"\$ref":"#\/components\/schemas\/(\w+)"/g)];
  expect(references.length).toBeGreaterThan(10);
  for (const [, name = ''] of references) expect(document.components.schemas).toHaveProperty(name);
  const schemes = operationsOf(document).flatMap(({ operation }) => operation.security.flatMap(Object.keys));
  expect(new Set(schemes)).toEqual(new Set(Object.keys(document.components.securitySchemes)));
});

it('has samples in three languages for every operation', () => {
  for (const { path, operation } of operationsOf(document)) {
    const samples = operation['x-codeSamples'];
    expect(samples.map(({ lang }) => lang)).toEqual(['Shell', 'JavaScript', 'Python']);
    for (const { source } of samples) expect(source, path).not.toMatch(/undefined|false|\[object/);
  }
});

it('has an example for every successful JSON or text response, valid by its schema', () => {
  for (const { path, operation } of operationsOf(document)) {
    for (const [type, { schema, examples = {} }] of Object.entries(operation.responses[200]?.content ?? {})) {
      if (['application/json', 'text/plain'].includes(type)) expect(examples, path).not.toEqual({});
      for (const { value } of Object.values(examples)) expectValid(`${path} ${type}`, value, schema);
    }
  }
});

describe('a response that contradicts the document fails the tests:', () => {
  const request = (path: string) => new Request(`https://edge.test${path}`);
  const json = (value: unknown, status = 200) =>
    Response.json(value, { status, headers: { 'x-request-id': crypto.randomUUID() } });
  it.each<[name: string, path: string, response: Response]>([
    ['another status', '/health/live', json({ status: 'live' }, 418)],
    ['another value', '/health/live', json({ status: 'dead' })],
    ['a missing member', '/v1/models', json({ models: [{ name: 'a', version: 'b' }] })],
    ['an unknown member', '/v1/models', json({ models: [], more: 1 })],
    ['another content type', '/', json('text')],
    ['an unknown path', '/v1/secret', json({})],
    ['no request id', '/health/live', Response.json({ status: 'live' })],
  ])('%s', async (_name, path, response) => {
    await expect(expectDocumented(request(path), response)).rejects.toThrow();
  });
});

it('the index lists every route', async () => {
  const index = await (await worker.send('/')).text();
  for (const page of ['/docs', '/openapi.json']) expect(index).toContain(`GET  ${page} `);
  for (const { method, path } of operationsOf(document)) {
    expect(index).toMatch(new RegExp(`^${method.toUpperCase()} +${path.replaceAll(/[{}.]/g, '\\$&')} `, 'm'));
  }
});

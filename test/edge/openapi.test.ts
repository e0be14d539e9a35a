/** @file The OpenAPI document and the API are one thing said twice. That answers fit the document, every test sees (tiny.ts). */
import { beforeAll, describe, expect, it } from 'vitest';
import { createApp } from '../../edge/app.ts';
import { type OpenApiDocument, operationsOf } from '../../edge/openapi/openapi.ts';
import { PROBLEMS } from '../../edge/problem.ts';
import packageJson from '../../package.json';
import { expectDocumented } from './documented.ts';
import { isolate, tinyEngine, tinyRelease } from './tiny.ts';

let worker: ReturnType<typeof isolate>;
let document: OpenApiDocument;
beforeAll(async () => {
  worker = isolate(await tinyRelease(1));
  document = await (await worker.send('/openapi.json')).json<OpenApiDocument>();
});

it('has every route of the app, and no other', async () => {
  const { routes } = createApp({ engine: tinyEngine(), bundled: await tinyRelease(1) });
  const inApp = routes
    .filter(({ method }) => method !== 'ALL')
    .map(({ method, path }) => `${method} ${path.replaceAll(/:(\w+)/g, '{$1}')}`);
  const inDocument = operationsOf(document).map(({ method, path }) => `${method.toUpperCase()} ${path}`);
  expect(inDocument.toSorted()).toEqual([...new Set(inApp)].toSorted());
});

it('has every parameter of a path, and every operation its own name', () => {
  for (const { path, operation } of operationsOf(document)) {
    const named = operation.parameters
      ?.filter((parameter) => parameter.in === 'path')
      .map(({ name }) => name);
    expect(named ?? [], path).toEqual([...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name));
  }
  const names = operationsOf(document).map(({ operation }) => operation.operationId);
  expect(new Set(names).size).toBe(names.length);
});

it('lists every type of problem', () => {
  const types = document.components.schemas.Problem?.properties?.type?.enum;
  expect(types).toEqual(Object.keys(PROBLEMS).map((type) => `/problems/${type}`));
});

it('names the address that was asked, and the version of the package', () => {
  expect(document).toMatchObject({
    openapi: expect.stringMatching(/^3\.1\./),
    info: { version: packageJson.version },
    servers: [{ url: 'https://edge.test' }],
  });
});

it('refers to nothing that it does not hold', () => {
  const references = [...JSON.stringify(document).matchAll(/"\$ref":"#\/components\/schemas\/(\w+)"/g)];
  expect(references.length).toBeGreaterThan(10);
  for (const [, name = ''] of references) expect(document.components.schemas).toHaveProperty(name);
  const schemes = operationsOf(document).flatMap(({ operation }) =>
    (operation.security ?? []).flatMap(Object.keys),
  );
  expect(new Set(schemes)).toEqual(new Set(Object.keys(document.components.securitySchemes)));
});

describe('an answer that the document does not know fails the tests:', () => {
  const request = (path: string) => new Request(`https://edge.test${path}`);
  const json = (value: unknown, status = 200) =>
    Response.json(value, { status, headers: { 'x-request-id': crypto.randomUUID() } });
  it.each<[name: string, path: string, response: Response]>([
    ['another status', '/health/live', json({ status: 'live' }, 418)],
    ['another content', '/health/live', json({ status: 'dead' })],
    ['a missing member', '/v1/models', json({ models: [{ name: 'a', version: 'b' }] })],
    ['a member too many', '/v1/models', json({ models: [], more: 1 })],
    ['another type', '/', json('text')],
    ['an address', '/v1/secret', json({})],
    ['no request id', '/health/live', Response.json({ status: 'live' })],
  ])('%s', async (_name, path, response) => {
    await expect(expectDocumented(request(path), response)).rejects.toThrow();
  });
});

describe('the page', () => {
  it('allows itself its style sheet and nothing else, and loads nothing', async () => {
    const response = await worker.send('/docs');
    const page = await response.text();
    const style = /<style>(.*?)<\/style>/s.exec(page)?.[1] ?? '';
    const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(style));
    const hash = btoa(String.fromCharCode(...new Uint8Array(digest)));
    const policy = response.headers.get('content-security-policy');
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain(`style-src 'sha256-${hash}'`);
    expect(policy).not.toContain('unsafe');
    expect(page).not.toMatch(/<script|<link|<img|style=|src=|url\(|@import/);
  });

  it('shows every operation, answer and schema, and its links lead somewhere', async () => {
    const page = await (await worker.send('/docs')).text();
    for (const { path, operation } of operationsOf(document)) {
      expect(page).toContain(`id="${operation.operationId}"`);
      expect(page).toContain(path);
    }
    for (const name of Object.keys(document.components.schemas))
      expect(page).toContain(`id="schema-${name}"`);
    for (const type of Object.keys(PROBLEMS)) expect(page).toContain(type);
    for (const [, id] of page.matchAll(/href="#([^"]+)"/g)) expect(page).toContain(`id="${id}"`);
    expect(page).not.toMatch(/undefined|\[object|NaN/);
  });

  it('escapes the address that it was asked by', async () => {
    const app = createApp({ engine: tinyEngine(), bundled: await tinyRelease(1) });
    const context = { waitUntil() {}, passThroughOnException() {}, props: {} };
    const response = await app.fetch(new Request("http://a'b/docs"), { MODELS: {} as R2Bucket }, context);
    expect(await response.text()).not.toContain("http://a'b");
  });
});

it('the index lists every address', async () => {
  const index = await (await worker.send('/')).text();
  for (const { method, path } of operationsOf(document)) {
    expect(index).toMatch(new RegExp(`^${method.toUpperCase()} +${path.replaceAll(/[{}.]/g, '\\$&')} `, 'm'));
  }
});

/** @file What the Worker's address serves without the Worker, as wrangler does it: pages with their headers, and all else still the API's. */
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PROBLEMS } from '../../../edge/http/problem-types.ts';
import { type OpenApiDocument, operationsOf } from '../../../edge/openapi/openapi.ts';
import { openLocalStore } from '../../../train/store/open.ts';
import { expectSuccess, runNode } from '../../support/command.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { type RunningWorker, startWorker } from '../../support/worker.ts';

let worker: RunningWorker;
let document: OpenApiDocument;
const ask = (path: string, init?: RequestInit) =>
  fetch(`${worker.origin}${path}`, { redirect: 'manual', ...init });

beforeAll(async () => {
  const state = temporaryFolder();
  const env = { ...process.env, PATH: `${resolve('node_modules/.bin')}:${process.env.PATH}` };
  await expectSuccess(runNode(['infra/deploy/pin-assets.ts', '--local', '--persist-to', state], { env }));
  worker = await startWorker({ state });
  document = JSON.parse(await readFile('edge/openapi/openapi.json', 'utf8'));
}, 100_000);
afterAll(() => worker?.stop());

describe('/openapi.json', () => {
  it('is the committed document, for pages of every origin', async () => {
    const response = await ask('/openapi.json', { headers: { origin: 'https://explorer.example' } });
    expect(response.headers.get('content-type')).toMatch(/^application\/json/);
    expect(response.headers.get('access-control-allow-origin')).toBe('*');
    expect(await response.json()).toEqual(document);
  });

  it('is not sent again to whoever has it', async () => {
    const etag = (await ask('/openapi.json')).headers.get('etag') ?? '';
    expect(etag).not.toBe('');
    expect((await ask('/openapi.json', { headers: { 'if-none-match': etag } })).status).toBe(304);
  });
});

describe.each(['/', '/explore', '/docs'])('%s', (path) => {
  const open = () => ask(path, { headers: { accept: 'text/html,*/*;q=0.8' } });

  it('allows itself its own files and nothing else', async () => {
    const { headers } = await open();
    const policy = headers.get('content-security-policy');
    expect(headers.get('content-type')).toBe('text/html; charset=utf-8');
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("style-src 'self'");
    expect(policy).not.toMatch(/unsafe|\*|https?:/);
  });

  it('has nothing inline, and all that it loads and links is there', async () => {
    const page = await (await open()).text();
    expect(page).not.toMatch(/<style|style=|<script(?! type="module" src)|\son[a-z]+=|javascript:/);
    const addresses = new Set([...page.matchAll(/(?:src|href)="([^"#]+)"/g)].map(([, address]) => address));
    expect(addresses).toContain('/icon.svg');
    for (const address of addresses)
      expect(`${address}: ${(await ask(address)).status}`).toBe(`${address}: 200`);
  });
});

describe('/', () => {
  it('is a page for whoever asks for HTML and a text for all others, and says that it depends on that', async () => {
    for (const [accept, type] of [
      ['text/html,application/xhtml+xml,*/*;q=0.8', 'text/html; charset=utf-8'],
      ['*/*', 'text/plain; charset=utf-8'],
      ['application/json', 'text/plain; charset=utf-8'],
    ]) {
      const { headers } = await ask('/', { headers: { accept } });
      expect(headers.get('content-type')?.toLowerCase()).toBe(type);
      expect(headers.get('vary')).toMatch(/Accept/);
    }
  });
});

describe('/docs', () => {
  it('shows every operation, answer and schema, and its links lead somewhere', async () => {
    const page = await (await ask('/docs')).text();
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
});

describe('addresses of the field that never change', () => {
  const EARLIER = '/field.0123456789abcdef.js';
  const PART = '/field/photo-0123456789abcdef.wasm';
  const fieldIndex = async () =>
    (await (await ask('/field.json')).json()) as { url: string; parts: Record<string, string> };
  const headersOf = ({ headers }: Response) =>
    [
      'cache-control',
      'access-control-allow-origin',
      'cross-origin-resource-policy',
      'x-content-type-options',
    ].map((name) => headers.get(name));

  it('are kept by each deployment: the bucket has every file that is named by its content, as it is served', async () => {
    const { url, parts } = await fieldIndex();
    const store = openLocalStore(worker.origin);
    for (const path of [url, ...Object.keys(parts)]) {
      const served = new Uint8Array(await (await ask(path)).arrayBuffer());
      expect(Buffer.from((await store.get(`site${path}`))?.bytes ?? []).equals(served), path).toBe(true);
    }
  });

  it('answer after a later deployment, which has other files, as they did before it', async () => {
    const store = openLocalStore(worker.origin);
    const { url } = await fieldIndex();
    for (const [path, type] of [
      [EARLIER, 'text/javascript'],
      [PART, 'application/wasm'],
    ] as const) {
      expect((await ask(path)).status).toBe(404);
      await store.put(`site${path}`, new TextEncoder().encode('earlier'), 'text/plain');
      const response = await ask(path, { headers: { origin: 'https://shop.example' } });
      expect([response.status, await response.text()]).toEqual([200, 'earlier']);
      expect(response.headers.get('content-type')).toContain(type);
      expect(headersOf(response)).toEqual(headersOf(await ask(url)));
      const head = await ask(path, { method: 'HEAD' });
      expect([head.status, await head.text()]).toEqual([200, '']);
      expect((await ask(path, { method: 'POST' })).status).toBe(404);
    }
  });

  it('show nothing else of the bucket', async () => {
    const store = openLocalStore(worker.origin);
    for (const path of ['/field/secret.js', '/field.js.map', '/models/x']) {
      await store.put(`site${path}`, new TextEncoder().encode('secret'), 'text/plain');
      expect((await ask(path)).status, path).toBe(404);
    }
  });
});

describe('beside them', () => {
  it.each(['/docs', '/openapi.json'])('%s knows HEAD, and no method that changes something', async (path) => {
    const head = await ask(path, { method: 'HEAD' });
    expect([head.status, await head.text()]).toEqual([200, '']);
    for (const method of ['POST', 'PUT', 'DELETE']) expect((await ask(path, { method })).status).toBe(405);
  });

  it.each(['/docs/', '/docs.html'])('%s leads to the page', async (path) => {
    const response = await ask(path);
    expect([response.status, response.headers.get('location')]).toEqual([307, '/docs']);
  });

  it.each(['/nothing', '/docs/nothing', '/_headers', '/build.ts'])(
    '%s is the API’s to refuse',
    async (path) => {
      const response = await ask(path);
      expect(response.status).toBe(404);
      expect(await response.json()).toMatchObject({ type: '/problems/not-found' });
    },
  );

  it('/ and every address of the document are the API’s', async () => {
    expect(await (await ask('/')).text()).toContain(`'${worker.origin}/v1/classify?top_k=3'`);
    expect((await ask('/health/live')).headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/);
  });
});

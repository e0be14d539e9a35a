/**
 * @file Static files as wrangler serves them: pages and their headers, the OpenAPI document, and the field's pinned files.
 * @module-tag slow
 */
import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PROBLEMS } from '../../../edge/http/problem-types.ts';
import { type OpenApiDocument, operationsOf } from '../../../edge/openapi/openapi.ts';
import { pinAssets } from '../../../infra/deploy/pin-assets.ts';
import { openLocalStore } from '../../../train/store/open.ts';
import { type RunningWorker, startWorker } from '../../support/worker.ts';

let worker: RunningWorker;
let document: OpenApiDocument;
const request = (path: string, init?: RequestInit) =>
  fetch(`${worker.origin}${path}`, { redirect: 'manual', ...init });

beforeAll(async () => {
  worker = await startWorker();
  await pinAssets(openLocalStore(worker.origin));
  document = JSON.parse(await readFile('edge/openapi/openapi.json', 'utf8'));
});
afterAll(() => worker?.stop());

describe('/openapi.json', () => {
  it('is the committed document, and pages of every origin may read it', async () => {
    const response = await request('/openapi.json', { headers: { origin: 'https://explorer.example' } });
    expect(response.headers.get('content-type')).toMatch(/^application\/json/);
    expect(response.headers.get('access-control-allow-origin')).toBe('*');
    expect(await response.json()).toEqual(document);
  });

  it('returns 304 when the ETag matches', async () => {
    const etag = (await request('/openapi.json')).headers.get('etag') ?? '';
    expect(etag).not.toBe('');
    expect((await request('/openapi.json', { headers: { 'if-none-match': etag } })).status).toBe(304);
  });
});

describe.each(['/', '/explore', '/docs'])('%s', (path) => {
  const open = () => request(path, { headers: { accept: 'text/html,*/*;q=0.8' } });

  it('has a policy that allows only its own origin', async () => {
    const { headers } = await open();
    const policy = headers.get('content-security-policy');
    expect(headers.get('content-type')).toBe('text/html; charset=utf-8');
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("style-src 'self'");
    expect(policy).not.toMatch(/unsafe|\*|https?:/);
  });

  it('has no inline script or style, and every address in it returns 200', async () => {
    const page = await (await open()).text();
    expect(page).not.toMatch(/<style|style=|<script(?! type="module" src)|\son[a-z]+=|javascript:/);
    const addresses = new Set([...page.matchAll(/(?:src|href)="([^"#]+)"/g)].map(([, address]) => address));
    expect(addresses).toContain('/icon.svg');
    for (const address of addresses)
      expect(`${address}: ${(await request(address)).status}`).toBe(`${address}: 200`);
  });
});

describe('/', () => {
  it('is a page for clients that accept HTML, a text for others, and varies by Accept', async () => {
    for (const [accept, type] of [
      ['text/html,application/xhtml+xml,*/*;q=0.8', 'text/html; charset=utf-8'],
      ['*/*', 'text/plain; charset=utf-8'],
      ['application/json', 'text/plain; charset=utf-8'],
    ]) {
      const { headers } = await request('/', { headers: { accept } });
      expect(headers.get('content-type')?.toLowerCase()).toBe(type);
      expect(headers.get('vary')).toMatch(/Accept/);
    }
  });
});

describe('/docs', () => {
  it('shows every operation, problem type and schema, and has the target of each of its links', async () => {
    const page = await (await request('/docs')).text();
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

describe('pinned assets of the field', () => {
  const PINNED = '/field.0123456789abcdef.js';
  const PART = '/field/photo-0123456789abcdef.wasm';
  const fieldIndex = async () =>
    (await (await request('/field.json')).json()) as { url: string; parts: Record<string, string> };
  const headersOf = ({ headers }: Response) =>
    [
      'cache-control',
      'access-control-allow-origin',
      'cross-origin-resource-policy',
      'x-content-type-options',
    ].map((name) => headers.get(name));

  it('are copied to the bucket by a deployment, byte for byte as they are served', async () => {
    const { url, parts } = await fieldIndex();
    const store = openLocalStore(worker.origin);
    for (const path of [url, ...Object.keys(parts)]) {
      const served = new Uint8Array(await (await request(path)).arrayBuffer());
      expect(Buffer.from((await store.get(`site${path}`))?.bytes ?? []).equals(served), path).toBe(true);
    }
  });

  it('are served from the bucket with the same headers when the deployment no longer has them', async () => {
    const store = openLocalStore(worker.origin);
    const { url } = await fieldIndex();
    for (const [path, type] of [
      [PINNED, 'text/javascript'],
      [PART, 'application/wasm'],
    ] as const) {
      expect((await request(path)).status).toBe(404);
      await store.put(`site${path}`, new TextEncoder().encode('earlier'), 'text/plain');
      const response = await request(path, { headers: { origin: 'https://shop.example' } });
      expect([response.status, await response.text()]).toEqual([200, 'earlier']);
      expect(response.headers.get('content-type')).toContain(type);
      expect(headersOf(response)).toEqual(headersOf(await request(url)));
      const head = await request(path, { method: 'HEAD' });
      expect([head.status, await head.text(), head.headers.get('content-length')]).toEqual([200, '', '7']);
      const headers = { 'if-none-match': response.headers.get('etag') ?? '' };
      expect((await request(path, { headers })).status).toBe(304);
      expect((await request(path, { method: 'POST' })).status).toBe(404);
    }
  });

  it('are the only files of the bucket that are served', async () => {
    const store = openLocalStore(worker.origin);
    for (const path of ['/field/secret.js', '/field.js.map', '/models/x']) {
      await store.put(`site${path}`, new TextEncoder().encode('secret'), 'text/plain');
      expect((await request(path)).status, path).toBe(404);
    }
  });
});

describe('other requests', () => {
  it.each(['/docs', '/openapi.json'])(
    '%s accepts HEAD, and returns 405 for methods that write',
    async (path) => {
      const head = await request(path, { method: 'HEAD' });
      expect([head.status, await head.text()]).toEqual([200, '']);
      for (const method of ['POST', 'PUT', 'DELETE'])
        expect((await request(path, { method })).status).toBe(405);
    },
  );

  it.each(['/docs/', '/docs.html'])('%s redirects to /docs', async (path) => {
    const response = await request(path);
    expect([response.status, response.headers.get('location')]).toEqual([307, '/docs']);
  });

  it.each(['/nothing', '/docs/nothing', '/_headers', '/build.ts'])('%s gets the API’s 404', async (path) => {
    const response = await request(path);
    expect(response.status).toBe(404);
    expect(await response.json()).toMatchObject({ type: '/problems/not-found' });
  });

  it.each(['/', '/v1/models', '/health/live', '/nothing'])(
    'HEAD %s has the Content-Length of GET',
    async (path) => {
      // wrangler compresses the response to GET otherwise, and leaves out its length.
      const headers = { 'accept-encoding': 'identity' };
      const [get, head] = [
        await request(path, { headers }),
        await request(path, { method: 'HEAD', headers }),
      ];
      expect(head.headers.get('content-length')).toBe(get.headers.get('content-length'));
      expect(Number(get.headers.get('content-length'))).toBe((await get.arrayBuffer()).byteLength);
    },
  );

  it('/ and /health/live get the API’s responses', async () => {
    expect(await (await request('/')).text()).toContain(`'${worker.origin}/v1/classify?top_k=3'`);
    expect((await request('/health/live')).headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/);
  });
});

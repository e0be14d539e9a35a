/** @file Content negotiation: which clients receive a page, and which headers tell caches so. */
import { beforeAll, describe, expect, it } from 'vitest';
import { prefersHtml } from '../../../edge/http/negotiate.ts';
import { greyPng } from '../../fixtures/images.ts';
import { problemOf } from '../support/callers.ts';
import { isolate, tinyRelease } from '../support/tiny.ts';

/** The Accept headers of navigations. */
const BROWSERS = {
  Firefox: 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8',
  Chromium:
    'text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,image/apng,*/*;q=0.8,application/signed-exchange;v=b3;q=0.7',
  'Internet Explorer': 'text/html, application/xhtml+xml, image/jxr, */*',
  lynx: 'text/html, text/plain, text/sgml, text/css, */*;q=0.01',
};

let worker: ReturnType<typeof isolate>;
let image: Uint8Array<ArrayBuffer>;
beforeAll(async () => {
  worker = isolate(await tinyRelease(1));
  image = await greyPng(28, 28, (x) => (x > 9 && x < 19 ? 200 : 0));
});

const varyOf = ({ headers }: Response) => headers.get('vary')?.split(/, */) ?? [];

describe('prefersHtml', () => {
  const prefers = (accept: string | undefined) =>
    prefersHtml({ header: () => accept } as unknown as Parameters<typeof prefersHtml>[0]);

  it.each([
    ...Object.values(BROWSERS),
    'text/html',
    'TEXT/HTML',
    'text/html;charset=utf-8',
    'text/html;q=0.1',
    ' text/html ; q=0.9 , application/json;q=0.8',
    'application/json;q=0.2, text/html;q=0.3, */*',
    'text/html;q=0.5, */*;q=0.1',
  ])('is true for %s', (accept) => {
    expect(prefers(accept)).toBe(true);
  });

  it.each([
    undefined,
    '',
    '*/*',
    'text/*',
    'application/json',
    'application/problem+json',
    'text/html;q=0',
    'text/html;q=0, */*',
    'text/html;q=0.000',
    'text/html, application/json',
    'text/html;q=0.9, application/json',
    'application/problem+json, text/html;q=0.9',
    'application/*, text/html;q=0.5',
    'text/html;q=0.5, */*',
    'text/html;q=x',
    'text/htmlx',
    'application/xhtml+xml',
    'image/png, text/plain;note=text/html',
  ])('is false for %s', (accept) => {
    expect(prefers(accept)).toBe(false);
  });
});

describe('a browser that opens an address receives a page for', () => {
  it.each([
    ['an unknown path', '/shop', 404, 'There is no page at this address'],
    ['an unknown path of /v2', '/v2/none', 404, 'There is no page at this address'],
    ['an unknown path of /hf', '/hf', 404, 'There is no page at this address'],
    ['an operation that takes POST', '/v1/classify', 405, 'This address is not a page'],
    ['an unknown model', '/v1/models/none', 404, 'Unknown model'],
    ['an unknown model of /v2', '/v2/models/none', 404, 'Unknown model'],
    ['an unknown problem type', '/problems/none', 404, 'There is no page at this address'],
    ['a missing key', '/metrics', 401, 'API key required'],
  ])('%s', async (_name, path, status, heading) => {
    for (const accept of Object.values(BROWSERS)) {
      const response = await worker.send(path, { headers: { accept } });
      expect(response.status).toBe(status);
      expect(response.headers.get('content-type')).toBe('text/html; charset=utf-8');
      expect(response.headers.get('content-security-policy')).toMatch(
        /^default-src 'none'; style-src 'self';/,
      );
      expect(varyOf(response)).toEqual(expect.arrayContaining(['Accept', 'Origin']));
      const page = await response.text();
      expect(page).toContain(`<h1>${heading}</h1>`);
      expect(page).toContain('<a href="/">');
      expect(page).toContain(response.headers.get('x-request-id'));
      expect(page).not.toMatch(/<script|undefined|\[object/);
    }
  });

  it('a path with markup, without repeating it', async () => {
    const response = await worker.send('/%3Cscript%3EqMarkerq', { headers: { accept: BROWSERS.Firefox } });
    expect(await response.text()).not.toContain('qMarkerq');
  });

  it('a form that is sent to an unknown path', async () => {
    const response = await worker.send('/v1/nothing', {
      method: 'POST',
      headers: { accept: BROWSERS.Firefox },
    });
    expect(response.status).toBe(404);
    expect(await response.text()).toContain('<h1>There is no page at this address</h1>');
  });

  it('a method that a form cannot send, too', async () => {
    const response = await worker.send('/v1/models', {
      method: 'PUT',
      headers: { accept: BROWSERS.Firefox },
    });
    expect([response.status, response.headers.get('allow')]).toEqual([405, 'GET, HEAD']);
    expect(await response.text()).toContain('This address is not a page');
  });
});

it.each([
  {},
  { accept: '*/*' },
  { accept: 'application/json' },
  { accept: 'application/json, text/html;q=0.9' },
])('other clients receive problem details: %j', async (headers) => {
  const response = await worker.send('/shop', { headers: headers as Record<string, string> });
  expect(varyOf(response)).toEqual(expect.arrayContaining(['Accept', 'Origin']));
  expect(await problemOf(response)).toMatchObject({ type: 'not-found' });
});

it('names Accept in Vary wherever a page is possible, and not elsewhere', async () => {
  const classify = (accept: string) =>
    worker.send('/v1/classify', { method: 'POST', body: image, headers: { accept } });
  for (const accept of ['*/*', 'text/html']) {
    expect(varyOf(await classify(accept))).toEqual(expect.arrayContaining(['Accept', 'Origin']));
    expect(varyOf(await worker.send('/', { headers: { accept } }))).toContain('Accept');
  }
  for (const path of ['/v1/models', '/health/live', '/v2', '/problems/closed']) {
    expect(varyOf(await worker.send(path))).toEqual(['Origin']);
  }
});

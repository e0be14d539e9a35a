/** @file POST /v1/classify from an HTML form without script: the response is a page. */
import { beforeAll, describe, expect, it } from 'vitest';
import { MAX_BODY_BYTES, MAX_IMAGES } from '../../../../edge/http/limits.ts';
import { greyPng } from '../../../fixtures/images.ts';
import { isolate, LABELS, tinyRelease, utf8 } from '../../support/tiny.ts';

const WINNER = 3;
/** The Accept header of Firefox and Chromium for a navigation. */
const BROWSER = { accept: 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8' };

let worker: ReturnType<typeof isolate>;
let image: Uint8Array<ArrayBuffer>;
beforeAll(async () => {
  worker = isolate(await tinyRelease(WINNER));
  image = await greyPng(28, 28, (x) => (x > 9 && x < 19 ? 200 : 0));
});

async function submit(
  files: Uint8Array<ArrayBuffer>[],
  headers: Record<string, string> = BROWSER,
  query = '',
) {
  const body = new FormData();
  for (const file of files) body.append('image', new File([file], '<script>qMarkerq.png'));
  body.append('comment', '<b>qMarkerq</b>');
  const response = await worker.send(`/v1/classify${query}`, { method: 'POST', body, headers });
  return { response, page: await response.text() };
}

async function expectSafe(response: Response, page: string) {
  const policy = response.headers.get('content-security-policy');
  expect(policy).toContain("style-src 'self'");
  expect(policy).toContain("default-src 'none'");
  expect(policy).not.toContain('unsafe');
  expect(response.headers.get('content-type')).toBe('text/html; charset=utf-8');
  expect(response.headers.get('cache-control')).toBe('no-store');
  expect(page.match(/<link[^>]*>/g)).toEqual(['<link rel="stylesheet" href="/page.css">']);
  expect(page).not.toMatch(/<script|<style|style=|url\(|undefined|\[object/);
  expect(page).not.toContain('qMarkerq');
}

describe('a page', () => {
  it('shows labels, scores and the input of the network', async () => {
    const { response, page } = await submit([image]);
    expect(response.status).toBe(200);
    await expectSafe(response, page);
    expect(page).toContain(`<title>${LABELS[WINNER]}</title>`);
    expect(page.match(/<progress value="0\.\d+/g)).toHaveLength(5);
    expect(page).toContain('<img src="data:image/png;base64,');
    expect(page).toContain(response.headers.get('x-request-id'));
  });

  it('has a section for each photo, including an unreadable one', async () => {
    const { response, page } = await submit([image, utf8('qMarkerq'), image]);
    expect(response.status).toBe(200);
    await expectSafe(response, page);
    expect(page).toContain('<title>3 photos</title>');
    expect(page.match(/<section>/g)).toHaveLength(3);
    expect(page).toContain('This file is not a supported photo');
  });

  it.each([
    ['not a photo', [utf8('qMarkerq')], '', 415, 'This file is not a supported photo'],
    ['no file', [], '', 400, 'No photo was chosen'],
    ['an invalid query', [image], '?top_k=11', 400, 'top_k must be an integer from 1 to 10'],
  ] as const)('shows the problem: %s', async (_name, files, query, status, title) => {
    const { response, page } = await submit([...files], BROWSER, query);
    expect(response.status).toBe(status);
    await expectSafe(response, page);
    expect(page).toContain(title);
  });

  it.each([
    ['a file of more than 10 MB', [new Uint8Array(MAX_BODY_BYTES)], 413, 'may have up to 10 MB'],
    ['a file that is no photo', [utf8('text')], 415, 'Choose another photo, as a JPEG or PNG file.'],
    ['too many photos', Array(MAX_IMAGES + 1).fill(utf8('x')), 413, 'Choose at most 32 photos.'],
  ] as const)('has no words for developers after %s', async (_name, files, status, advice) => {
    const { response, page } = await submit([...files]);
    expect(response.status).toBe(status);
    expect(page).toContain(advice);
    expect(page).not.toMatch(/bytes|request has|For the owner/);
  });

  it('names the reader of a problem that only the site’s owner can solve', async () => {
    const { page } = await submit([image], BROWSER, '?top_k=11');
    expect(page).toContain('For the owner of the site: top_k must be');
  });

  it('shows that access is refused', async () => {
    const closed = isolate(await tinyRelease(WINNER), { bindings: {} });
    const body = new FormData();
    body.append('image', new Blob([image]));
    const response = await closed.send('/v1/classify', { method: 'POST', body, headers: BROWSER });
    expect(response.status).toBe(403);
    await expectSafe(response, await response.text());
  });
});

it.each([{}, { accept: '*/*' }, { accept: 'application/json' }])(
  'other clients get JSON: %j',
  async (headers) => {
    const { response } = await submit([image], headers as Record<string, string>);
    expect(response.headers.get('content-type')).toBe('application/json');
  },
);

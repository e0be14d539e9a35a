/** @file Turnstile, verified by a local siteverify (test/fixtures/siteverify.ts). */
import { beforeAll, describe, expect, it } from 'vitest';
import { bearer, expectProblem, keyOf, SHOP, SITE_KEY, SITE_KEYS, service } from '../support/callers.ts';

/** The secret in siteverify.ts. workerd cannot import that file, which is for Node. */
const TURNSTILE_SECRET = '0x4AAAAAAAsecretOfTheTestsWidget';

/** Returns a token of the widget on a page of this host. */
async function token(hostname: string): Promise<string> {
  return (await fetch(`https://challenges.cloudflare.com/widget?hostname=${hostname}`)).text();
}

type Classify = Awaited<ReturnType<typeof service>>['classify'];
let classify: Classify;
beforeAll(async () => {
  ({ classify } = await service({ SITE_KEYS, TURNSTILE_SECRET }));
});

const visit = (classify: Classify, response: string, origin = SHOP) =>
  classify({ origin, 'x-site-key': SITE_KEY, 'cf-turnstile-response': response });

describe('a visitor', () => {
  it('is admitted once with a token of the page', async () => {
    const mine = await token('shop.example');
    expect((await visit(classify, mine)).status).toBe(200);
    expect(await expectProblem(await visit(classify, mine), 'turnstile-failed')).toMatch(/already used/);
    expect((await visit(classify, await token('shop.example'))).status).toBe(200);
  });

  it('is refused with a token of another page', async () => {
    const detail = await expectProblem(
      await visit(classify, await token('evil.example')),
      'turnstile-failed',
    );
    expect(detail).toMatch(/another page/);
    const port = await visit(classify, await token('a.shops.example'), 'https://a.shops.example:8443');
    expect(port.status).toBe(200);
  });

  it.each([
    ['no token', '', /Send the token/],
    ['a token that is too long', 'x'.repeat(2049), /Send the token/],
    ['an invented token', 'x'.repeat(2048), /is invalid/],
  ])('is refused with %s', async (_name, token, detail) => {
    const response = await visit(classify, token);
    expect(await expectProblem(response, 'turnstile-failed')).toMatch(detail);
  });

  it.each([
    ['cuts the connection', 'cut.example'],
    ['responds without JSON', 'broken.example'],
    ['reports an internal error', 'internal.example'],
    ['does not respond within five seconds', 'silent.example'],
  ])('gets 503 with Retry-After when siteverify %s', async (_name, hostname) => {
    const response = await visit(classify, await token(hostname));
    expect(response.headers.get('retry-after')).toBe('10');
    await expectProblem(response, 'turnstile-unavailable');
  });

  it('keeps the token when the site key is refused', async () => {
    const mine = await token('shop.example');
    await expectProblem(await visit(classify, mine, 'https://evil.example'), 'wrong-origin');
    expect((await visit(classify, mine)).status).toBe(200);
  });
});

it('an API key needs no Turnstile token', async () => {
  const { key, entry } = await keyOf('alice');
  const { classify } = await service({ API_KEYS: entry, SITE_KEYS, TURNSTILE_SECRET });
  expect((await classify(bearer(key))).status).toBe(200);
});

it('an open service requires a Turnstile token of every visitor', async () => {
  const { classify } = await service({ ACCESS: 'open', TURNSTILE_SECRET });
  await expectProblem(await classify({ origin: SHOP }), 'turnstile-failed');
  const headers = async () => ({ 'cf-turnstile-response': await token('shop.example') });
  expect((await classify({ origin: SHOP, ...(await headers()) })).status).toBe(200);
  await expectProblem(await classify(await headers()), 'turnstile-failed');
});

describe('Cloudflare’s testing secrets', () => {
  const dummy = 'XXXX.DUMMY.TOKEN.XXXX';
  const withSecret = async (digit: number) =>
    service({ SITE_KEYS, TURNSTILE_SECRET: `${digit}x0000000000000000000000000000000AA` });

  it('accept on any page, fail, or report a used token', async () => {
    for (let again = 0; again < 2; again++) {
      expect((await visit((await withSecret(1)).classify, dummy)).status).toBe(200);
    }
    const failed = await visit((await withSecret(2)).classify, dummy);
    expect(await expectProblem(failed, 'turnstile-failed')).toMatch(/is invalid/);
    const spent = await visit((await withSecret(3)).classify, dummy);
    expect(await expectProblem(spent, 'turnstile-failed')).toMatch(/already used/);
  });

  it('are separate from production: a production secret refuses their token', async () => {
    await expectProblem(await visit(classify, dummy), 'turnstile-failed');
  });
});

it('a secret that Cloudflare does not know is misconfigured', async () => {
  const { classify } = await service({ SITE_KEYS, TURNSTILE_SECRET: 'qMarkerq' });
  const detail = await expectProblem(await visit(classify, await token('shop.example')), 'misconfigured');
  expect(detail).toMatch(/TURNSTILE_SECRET: expected the secret/);
  expect(detail).not.toContain('qMarkerq');
});

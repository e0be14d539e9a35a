/** @file Turnstile: who has a token and who has not, asked of a siteverify on this machine (test/fixtures/siteverify.ts). */
import { beforeAll, describe, expect, it } from 'vitest';
import { bearer, expectProblem, keyOf, SHOP, SITE_KEY, SITE_KEYS, service } from '../support/callers.ts';

/** Of the widget in siteverify.ts, a file for Node that workerd cannot import. */
const TURNSTILE_SECRET = '0x4AAAAAAAsecretOfTheTestsWidget';

/** What the widget in a page of this host gives. */
async function token(hostname: string): Promise<string> {
  return (await fetch(`https://challenges.cloudflare.com/widget?hostname=${hostname}`)).text();
}

type Ask = Awaited<ReturnType<typeof service>>['ask'];
let ask: Ask;
beforeAll(async () => {
  ({ ask } = await service({ SITE_KEYS, TURNSTILE_SECRET }));
});

const visit = (ask: Ask, response: string, origin = SHOP) =>
  ask({ origin, 'x-site-key': SITE_KEY, 'cf-turnstile-response': response });

describe('a visitor', () => {
  it('comes in with a token of the page, once', async () => {
    const mine = await token('shop.example');
    expect((await visit(ask, mine)).status).toBe(200);
    expect(await expectProblem(await visit(ask, mine), 'turnstile-failed')).toMatch(/already used/);
    expect((await visit(ask, await token('shop.example'))).status).toBe(200);
  });

  it('with a token of another page does not', async () => {
    const detail = await expectProblem(await visit(ask, await token('evil.example')), 'turnstile-failed');
    expect(detail).toMatch(/another page/);
    const port = await visit(ask, await token('a.shops.example'), 'https://a.shops.example:8443');
    expect(port.status).toBe(200);
  });

  it.each([
    ['none', '', /Send the token/],
    ['a long one', 'x'.repeat(2049), /Send the token/],
    ['an invented one', 'x'.repeat(2048), /is invalid/],
  ])('with %s does not', async (_name, response, detail) => {
    const answer = await visit(ask, response);
    expect(await expectProblem(answer, 'turnstile-failed')).toMatch(detail);
  });

  it.each([
    ['cuts the connection', 'cut.example'],
    ['answers what is not JSON', 'broken.example'],
    ['has an error of its own', 'internal.example'],
    ['says nothing for five seconds', 'silent.example'],
  ])('waits while siteverify %s', async (_name, hostname) => {
    const answer = await visit(ask, await token(hostname));
    expect(answer.headers.get('retry-after')).toBe('10');
    await expectProblem(answer, 'turnstile-unavailable');
  });

  it('is not asked for a token before its site key was looked at', async () => {
    const mine = await token('shop.example');
    await expectProblem(await visit(ask, mine, 'https://evil.example'), 'wrong-origin');
    expect((await visit(ask, mine)).status).toBe(200);
  });
});

it('a bearer key needs no token', async () => {
  const { key, entry } = await keyOf('alice');
  const { ask } = await service({ API_KEYS: entry, SITE_KEYS, TURNSTILE_SECRET });
  expect((await ask(bearer(key))).status).toBe(200);
});

it('where everybody may call, every visitor needs one', async () => {
  const { ask } = await service({ ACCESS: 'open', TURNSTILE_SECRET });
  await expectProblem(await ask({ origin: SHOP }), 'turnstile-failed');
  const headers = async () => ({ 'cf-turnstile-response': await token('shop.example') });
  expect((await ask({ origin: SHOP, ...(await headers()) })).status).toBe(200);
  await expectProblem(await ask(await headers()), 'turnstile-failed');
});

describe('Cloudflare’s testing secrets', () => {
  const dummy = 'XXXX.DUMMY.TOKEN.XXXX';
  const withSecret = async (digit: number) =>
    service({ SITE_KEYS, TURNSTILE_SECRET: `${digit}x0000000000000000000000000000000AA` });

  it('pass on any page, fail, or call a token spent', async () => {
    for (let again = 0; again < 2; again++) {
      expect((await visit((await withSecret(1)).ask, dummy)).status).toBe(200);
    }
    const failed = await visit((await withSecret(2)).ask, dummy);
    expect(await expectProblem(failed, 'turnstile-failed')).toMatch(/is invalid/);
    const spent = await visit((await withSecret(3)).ask, dummy);
    expect(await expectProblem(spent, 'turnstile-failed')).toMatch(/already used/);
  });

  it('of production refuse the token of testing', async () => {
    await expectProblem(await visit(ask, dummy), 'turnstile-failed');
  });
});

it('a secret that Cloudflare does not know is the server’s fault', async () => {
  const { ask } = await service({ SITE_KEYS, TURNSTILE_SECRET: 'qMarkerq' });
  const detail = await expectProblem(await visit(ask, await token('shop.example')), 'misconfigured');
  expect(detail).toMatch(/TURNSTILE_SECRET: expected the secret/);
  expect(detail).not.toContain('qMarkerq');
});

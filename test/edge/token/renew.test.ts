/** @file POST /v1/renew: another token for the same prediction. */
import { env } from 'cloudflare:workers';
import { sign } from 'hono/jwt';
import { describe, expect, it } from 'vitest';
import { sha256 } from '#shared/digest.ts';
import { RENEWABLE_S } from '../../../edge/token/claims.ts';
import { bearer, expectProblem, SHOP, SITE_KEY, SITE_KEYS } from '../support/callers.ts';
import { isolate, LABELS } from '../support/tiny.ts';
import { holder, image, OLDER, release, SECRET, signer, WINNER } from './signer.ts';

describe('a renewed token', () => {
  const used = { valid: false, reason: 'used' };

  it('states the same prediction, and is valid for another five minutes', async () => {
    const { tokenOf, verify, renew, clock } = signer();
    const first = await tokenOf();
    clock.now += 290_000;
    const second = await renew(first);
    clock.now += 299_000;
    const verified = await verify(second, { site_key: SITE_KEY });
    expect(verified).toMatchObject({
      ...{ valid: true, label: LABELS[WINNER], image_sha256: await sha256(image), site_key: SITE_KEY },
      issued_at: '2026-01-01T00:04:50.000Z',
      expires_at: '2026-01-01T00:09:50.000Z',
    });
  });

  it('is used up together with all tokens of the classification', async () => {
    const { tokenOf, verify, renew, clock } = signer();
    clock.now = Date.UTC(2026, 0, 1, 23, 50);
    const first = await tokenOf();
    clock.now += 8 * 60_000;
    const [second, third] = [await renew(first), await renew(first)];
    expect(await verify(second)).toMatchObject({ valid: true });
    // A renewal on the next day keeps the record of the first day.
    clock.now += 4 * 60_000;
    expect(await verify(third)).toEqual(used);
    expect(await verify(second)).toEqual(used);
  });

  it('can be renewed for an hour after the classification, even if it has expired', async () => {
    const { tokenOf, verify, renew, askToRenew, clock } = signer();
    const first = await tokenOf();
    clock.now += 1_000 * (RENEWABLE_S / 2);
    const second = await renew(first);
    clock.now += 1_000 * (RENEWABLE_S / 2) - 1_000;
    const last = await renew(second);
    expect(await verify(last)).toMatchObject({ valid: true });
    clock.now += 1_000;
    for (const token of [first, second, last])
      expect(await expectProblem(await askToRenew(token), 'not-renewable')).toMatch(
        /more than 60 minutes ago/,
      );
  });

  it('is signed with the first secret, whatever secret signed the earlier token', async () => {
    const before = await signer(OLDER).tokenOf();
    const renewed = await signer(`${SECRET},${OLDER}`).renew(before);
    expect(await signer(SECRET).verify(renewed)).toMatchObject({ valid: true });
  });

  it('needs the site key of the classification and a page of its origins, or an API key as before', async () => {
    const { tokenOf, askToRenew, renew } = signer();
    const [mine, servers] = [await tokenOf(), await tokenOf(bearer(holder.key))];
    await expectProblem(await askToRenew(mine, {}), 'no-key');
    await expectProblem(await askToRenew(mine, { 'x-site-key': SITE_KEY }), 'wrong-origin');
    await expectProblem(
      await askToRenew(mine, { 'x-site-key': SITE_KEY, origin: 'https://evil.example' }),
      'wrong-origin',
    );
    const detail = await expectProblem(await askToRenew(mine, bearer(holder.key)), 'not-renewable');
    expect(detail).toContain('another site key');
    await expectProblem(await askToRenew(servers), 'not-renewable');
    expect(await renew(servers, bearer(holder.key))).toMatch(/^eyJ/);
  });

  it('is refused for a token that was verified', async () => {
    const { tokenOf, verify, askToRenew } = signer();
    const token = await tokenOf();
    await verify(token);
    expect(await expectProblem(await askToRenew(token), 'not-renewable')).toContain('verified');
  });

  it('is refused for a token that this service did not sign', async () => {
    const { tokenOf, askToRenew } = signer();
    const [head, payload = ''] = (await tokenOf()).split('.');
    const claims = JSON.parse(atob(payload.replaceAll('-', '+').replaceAll('_', '/')));
    for (const token of [await sign(claims, `${SECRET}!`, 'HS256'), `${head}.${payload}.`, 'x', 'a.b.c'])
      await expectProblem(await askToRenew(token), 'not-renewable');
  });

  it('needs no Turnstile token, which the visitor passed for the first one', async () => {
    const token = await signer().tokenOf();
    const bindings = {
      SITE_KEYS,
      TOKEN_SECRET: SECRET,
      TURNSTILE_SECRET: '0x4AAAAAAAsecretOfTheTestsWidget',
    };
    const { send } = isolate(release, { bindings });
    const headers = { origin: SHOP, 'x-site-key': SITE_KEY };
    const body = JSON.stringify({ token });
    await expectProblem(
      await send('/v1/classify', { method: 'POST', body: image, headers }),
      'turnstile-failed',
    );
    expect((await send('/v1/renew', { method: 'POST', body, headers })).status).toBe(200);
  });

  it('is not issued while the object store does not confirm that the token is unused', async () => {
    const bucket = new Proxy(env.MODELS, {
      get: (target, name) =>
        name === 'head'
          ? () => Promise.reject(new Error('the store is away'))
          : Reflect.get(target, name).bind(target),
    });
    const { tokenOf, askToRenew } = signer(SECRET, bucket);
    await expectProblem(await askToRenew(await tokenOf()), 'token-store-unavailable');
  });
});

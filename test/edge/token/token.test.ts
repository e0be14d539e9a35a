/** @file Signed results: which tokens a form's back end can trust. */
import { env } from 'cloudflare:workers';
import { decode, sign } from 'hono/jwt';
import { describe, expect, it } from 'vitest';
import { sha256 } from '#shared/digest.ts';
import type { ClassifyBatchResponse, ClassifyResponse } from '../../../edge/api/v1/responses.ts';
import { greyPng } from '../../fixtures/images.ts';
import { bearer, expectProblem, SHOP, SITE_KEY } from '../support/callers.ts';
import { isolate, LABELS } from '../support/tiny.ts';
import { holder, image, OLDER, release, SECRET, signer, WINNER } from './signer.ts';

describe('a token', () => {
  it('states the prediction, the image, the site key and the time of expiry', async () => {
    const { classify, verify } = signer();
    const { token = '', predictions, abstained, model } = await (await classify()).json<ClassifyResponse>();
    expect(await verify(token)).toEqual({
      ...{ valid: true, label: LABELS[WINNER], score: predictions[0]?.score, abstained },
      image_sha256: await sha256(image),
      model: { name: model.name, version: model.version },
      site_key: SITE_KEY,
      issued_at: '2026-01-01T00:00:00.000Z',
      expires_at: '2026-01-01T00:05:00.000Z',
    });
  });

  it('says why the model declined to answer', async () => {
    const { send, verify } = signer();
    const body = await greyPng(60, 80, () => 128);
    const headers = { origin: SHOP, 'x-site-key': SITE_KEY };
    const response = await send('/v1/classify?sign=1', { method: 'POST', body, headers });
    const { token = '', abstained } = await response.json<ClassifyResponse>();
    expect([abstained, await verify(token)]).toEqual([
      'no-garment',
      expect.objectContaining({ valid: true, abstained: 'no-garment' }),
    ]);
  });

  it('is issued for every readable image of a batch', async () => {
    const { send, verify } = signer();
    const body = new FormData();
    body.append('image', new Blob([image]));
    body.append('image', new Blob(['no image']));
    body.append('image', new Blob([image]));
    const headers = { origin: SHOP, 'x-site-key': SITE_KEY };
    const response = await send('/v1/classify?sign=1', { method: 'POST', body, headers });
    const { results } = await response.json<ClassifyBatchResponse>();
    const tokens = results.map((result) => ('token' in result ? result.token : undefined));
    expect(tokens[1]).toBeUndefined();
    expect(await verify(tokens[0] ?? '')).toMatchObject({ valid: true });
    expect(await verify(tokens[2] ?? '')).toMatchObject({ valid: true });
  });

  it('has no site key when the request had none', async () => {
    const { tokenOf, verify } = signer();
    const token = await tokenOf(bearer(holder.key));
    expect(await verify(token)).toMatchObject({ valid: true, site_key: null });
  });

  it('is new in every response', async () => {
    const { tokenOf } = signer();
    expect(await tokenOf()).not.toBe(await tokenOf());
  });

  it('is issued only with sign=1', async () => {
    const classified = await (await signer().classify(undefined, '')).json<ClassifyResponse>();
    expect(classified).not.toHaveProperty('token');
  });
});

describe('a token is invalid', () => {
  it('the second time, in any isolate', async () => {
    const { tokenOf, verify } = signer();
    const token = await tokenOf();
    expect(await verify(token)).toMatchObject({ valid: true });
    expect(await verify(token)).toEqual({ valid: false, reason: 'used' });
    expect(await signer().verify(token)).toEqual({ valid: false, reason: 'used' });
  });

  it('for all but one of several concurrent requests', async () => {
    const { tokenOf, verify } = signer();
    const token = await tokenOf();
    const verifications = await Promise.all(Array.from({ length: 8 }, () => verify(token)));
    expect(verifications.filter(({ valid }) => valid)).toHaveLength(1);
  });

  it('after five minutes', async () => {
    const { tokenOf, verify, clock } = signer();
    const [first, second] = [await tokenOf(), await tokenOf()];
    clock.now += 299_000;
    expect(await verify(first)).toMatchObject({ valid: true });
    clock.now += 1_000;
    expect(await verify(first)).toEqual({ valid: false, reason: 'expired' });
    expect(await verify(second)).toEqual({ valid: false, reason: 'expired' });
  });

  it('for another site key, without being used up', async () => {
    const { tokenOf, verify } = signer();
    const token = await tokenOf();
    const other = { site_key: 'site_of_another_shop_altogether' };
    expect(await verify(token, other)).toEqual({ valid: false, reason: 'other-site' });
    expect(await verify(token, { site_key: SITE_KEY })).toMatchObject({ valid: true });
  });

  it('when a character differs', async () => {
    const { tokenOf, verify } = signer();
    const token = await tokenOf();
    const [head = '', payload = '', signature = ''] = token.split('.');
    const claims = JSON.parse(atob(payload.replaceAll('-', '+').replaceAll('_', '/')));
    const better = btoa(JSON.stringify({ ...claims, label: 'Bag' })).replaceAll('=', '');
    expect(await verify([head, better, signature].join('.'))).toEqual({ valid: false, reason: 'forged' });
    const turned = `${signature.startsWith('A') ? 'B' : 'A'}${signature.slice(1)}`;
    expect(await verify([head, payload, turned].join('.'))).toEqual({ valid: false, reason: 'forged' });
    expect(await verify(token)).toMatchObject({ valid: true });
  });

  it('when another program signed it with the same secret, or a claim has another type', async () => {
    const { tokenOf, verify, askToRenew } = signer();
    const { payload } = decode(await tokenOf());
    const others = [
      { sub: 'someone', iat: payload.iat, exp: payload.exp },
      { ...payload, iss: 'another-service' },
      { ...payload, exp: '9999999999' },
      { ...payload, exp: undefined },
      { ...payload, iat: 1e300 },
      { ...payload, iat: null },
      { ...payload, jti: '../models/tinyvgg' },
      { ...payload, jti: ['x'] },
      { ...payload, score: '1' },
    ];
    for (const claims of others) {
      const token = await sign(JSON.parse(JSON.stringify(claims)), SECRET, 'HS256');
      expect(await verify(token), JSON.stringify(claims)).toEqual({ valid: false, reason: 'malformed' });
      expect((await askToRenew(token)).status).toBe(403);
    }
  });

  it('unlike a token of an earlier version, which names no issuer', async () => {
    const { tokenOf, verify } = signer();
    const { iss, ...payload } = decode(await tokenOf()).payload;
    expect(iss).toBe('tinyvgg-edge');
    expect(await verify(await sign(payload, SECRET, 'HS256'))).toMatchObject({ valid: true });
  });

  it('when it is signed with another secret, another algorithm or none', async () => {
    const { tokenOf, verify } = signer();
    const [, payload = ''] = (await tokenOf()).split('.');
    const claims = JSON.parse(atob(payload.replaceAll('-', '+').replaceAll('_', '/')));
    const forged = { valid: false, reason: 'forged' };
    expect(await verify(await sign(claims, `${SECRET}!`, 'HS256'))).toEqual(forged);
    expect(await verify(await sign(claims, SECRET, 'HS512'))).toEqual(forged);
    const none = btoa('{"alg":"none","typ":"JWT"}').replaceAll('=', '');
    expect(await verify(`${none}.${payload}.`)).toMatchObject({ valid: false });
  });

  it.each(['', 'x', 'a.b.c', '..', `${'x'.repeat(3000)}.x.x`, 'eyJhbGciOiJIUzI1NiJ9.bnVsbA.x'])(
    'when it is malformed: %j',
    async (token) => {
      expect(await signer().verify(token)).toMatchObject({ valid: false });
    },
  );
});

describe('an idempotency key', () => {
  it('returns the same result for retries, but not for other requests', async () => {
    const { tokenOf, verify } = signer();
    const token = await tokenOf();
    const mine = { idempotency_key: crypto.randomUUID() };
    const first = await verify(token, mine);
    expect(first).toMatchObject({ valid: true });
    expect(await verify(token, mine)).toEqual(first);
    const used = { valid: false, reason: 'used' };
    expect(await verify(token, { idempotency_key: crypto.randomUUID() })).toEqual(used);
    expect(await verify(token)).toEqual(used);
  });
});

describe('secrets', () => {
  it('rotate: the first one signs, all of them verify', async () => {
    const before = await signer(OLDER).tokenOf();
    const after = signer(`${SECRET},${OLDER}`);
    expect(await after.verify(before)).toMatchObject({ valid: true });
    expect(await signer(SECRET).verify(await after.tokenOf())).toMatchObject({ valid: true });
    expect(await signer(SECRET).verify(await signer(OLDER).tokenOf())).toEqual({
      valid: false,
      reason: 'forged',
    });
  });

  it('are not set by default, and the problem explains how to set one', async () => {
    const { classify } = signer('');
    expect(await expectProblem(await classify(), 'not-signed')).toMatch(
      /TOKEN_SECRET.*npm run key -- --token/,
    );
    expect((await classify(undefined, '')).status).toBe(200);
    const { send, engine } = isolate(release, { bindings: { API_KEYS: holder.entry } });
    const body = { method: 'POST', body: image, headers: bearer(holder.key) };
    await send('/v1/classify', body);
    const { runs } = engine;
    expect((await send('/v1/classify?sign=1', body)).status).toBe(501);
    expect(engine.runs, 'no image is classified in vain').toBe(runs);
  });

  it('are needed to verify and to renew, too: without one, no token is called malformed', async () => {
    const token = await signer().tokenOf();
    const { post, askToRenew } = signer('');
    for (const sent of [token, 'x'])
      for (const response of [await post({ token: sent }), await askToRenew(sent)])
        expect(await expectProblem(response, 'not-signed')).toMatch(/TOKEN_SECRET/);
  });

  it('that are too short are misconfigured', async () => {
    const detail = await expectProblem(await signer('short').classify(), 'misconfigured');
    expect(detail).toMatch(/TOKEN_SECRET, entry 1: expected secrets of at least 32 characters/);
    expect(detail).not.toContain('short');
  });
});

describe('POST /v1/verify', () => {
  it('requires an API key', async () => {
    const { tokenOf, post } = signer();
    const token = await tokenOf();
    await expectProblem(await post({ token }, {}), 'no-key');
    await expectProblem(await post({ token }, bearer('tinyvgg_wrong')), 'wrong-key');
    await expectProblem(await post({ token }, { origin: SHOP, 'x-site-key': SITE_KEY }), 'no-key');
    expect(await (await post({ token })).json()).toMatchObject({ valid: true });
  });
});

it('an invalid verification request names the wrong member', async () => {
  const { post } = signer();
  expect(await expectProblem(await post({}), 'invalid-body')).toMatch(/token/);
  await expectProblem(await post({ token: 1 }), 'invalid-body');
  await expectProblem(await post({ token: 'x', more: 1 }), 'invalid-body');
  await expectProblem(await post({ token: 'x', idempotency_key: '' }), 'invalid-body');
});

it('verification fails with 503 when the store fails, and the token stays valid', async () => {
  const bucket = new Proxy(env.MODELS, {
    get: (target, name) =>
      name === 'put'
        ? () => Promise.reject(new Error('the store is away'))
        : Reflect.get(target, name).bind(target),
  });
  const { tokenOf, post, verify } = signer(SECRET, bucket);
  const token = await tokenOf();
  const response = await post({ token });
  expect(response.headers.get('retry-after')).toBe('5');
  await expectProblem(response, 'token-store-unavailable');
  expect(await verify('x')).toEqual({ valid: false, reason: 'malformed' });
  expect(await signer().verify(token)).toMatchObject({ valid: true });
});

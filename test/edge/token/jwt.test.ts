/** @file Our JSON Web Tokens against hono/jwt, in both directions, and texts that are no tokens. */
import fc from 'fast-check';
import { sign, verify } from 'hono/jwt';
import { expect, it } from 'vitest';
import { signJwt, verifyJwt } from '../../../edge/token/jwt.ts';

const claimsAndSecret = fc.tuple(fc.dictionary(fc.string(), fc.jsonValue()), fc.string({ minLength: 32 }));
const NO_TIMES = { alg: 'HS256', exp: false, iat: false, nbf: false } as const;

/** JSON has no negative zero. */
const asJson = (value: unknown): unknown => JSON.parse(JSON.stringify(value));

it('hono/jwt verifies our tokens, and we verify its tokens', async () => {
  await fc.assert(
    fc.asyncProperty(claimsAndSecret, async ([claims, secret]) => {
      expect(await verify(await signJwt(claims, secret), secret, NO_TIMES)).toEqual(asJson(claims));
      expect(await verifyJwt(await sign(claims, secret, 'HS256'), secret)).toEqual({
        claims: asJson(claims),
      });
      expect(await verifyJwt(await sign(claims, `${secret}!`, 'HS256'), secret)).toBe('forged');
    }),
    { numRuns: 50 },
  );
});

it.each([
  'a',
  'a.b',
  'a.b.c',
  'a.b.c.d',
  '..',
  '.e30.',
  'e30.e30.',
  'bnVsbA.e30.',
  'eyJhbGciOiJIUzI1NiJ9.e30.!',
])('%j is malformed', async (token) => {
  expect(await verifyJwt(token, 'secret')).toBe('malformed');
});

it('does not take claims for a refusal', async () => {
  const token = await signJwt('forged' as unknown as object, 'secret');
  expect(await verifyJwt(token, 'secret')).toEqual({ claims: 'forged' });
});

it('refuses an extension that it does not know', async () => {
  const [, payload, signature] = (await signJwt({}, 'secret')).split('.');
  const header = btoa('{"alg":"HS256","crit":["b64"],"b64":false}').replaceAll('=', '');
  expect(await verifyJwt(`${header}.${payload}.${signature}`, 'secret')).toBe('malformed');
});

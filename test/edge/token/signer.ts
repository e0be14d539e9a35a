/** @file A service that signs results, for tests of tokens. */
import { expect } from 'vitest';
import type { ClassifyResponse, TokenVerification } from '../../../edge/api/v1/responses.ts';
import { greyPng } from '../../fixtures/images.ts';
import { bearer, keyOf, SHOP, SITE_KEY, SITE_KEYS } from '../support/callers.ts';
import { isolate, tinyRelease } from '../support/tiny.ts';

export const WINNER = 5;
export const SECRET = 'the-first-secret-which-has-enough-characters';
export const OLDER = 'an-older-secret-which-has-enough-characters-too';

export const holder = await keyOf('shop');
export const image = await greyPng(28, 28, (x) => (x > 9 && x < 19 ? 200 : 0));
export const release = await tinyRelease(WINNER);

/** Starts an isolate that signs with these secrets. @param bucket replaces the local bucket */
export function signer(TOKEN_SECRET: string | undefined = SECRET, bucket?: R2Bucket) {
  const bindings = { API_KEYS: holder.entry, SITE_KEYS, ...(TOKEN_SECRET && { TOKEN_SECRET }) };
  const { send, clock } = isolate(release, { bindings, ...(bucket && { bucket }) });
  const site = { origin: SHOP, 'x-site-key': SITE_KEY };
  const classify = (headers: Record<string, string> = site, query = '?sign=1') =>
    send(`/v1/classify${query}`, { method: 'POST', body: image, headers });
  const tokenOf = async (headers?: Record<string, string>) => {
    const { token } = await (await classify(headers)).json<ClassifyResponse>();
    return token as string;
  };
  const post = (body: object, headers: Record<string, string> = bearer(holder.key)) =>
    send('/v1/verify', {
      method: 'POST',
      body: JSON.stringify(body),
      headers: { 'content-type': 'application/json', ...headers },
    });
  const verify = async (token: string, more: object = {}) =>
    (await post({ token, ...more })).json<TokenVerification>();
  const askToRenew = (token: string, headers: Record<string, string> = site) =>
    send('/v1/renew', {
      method: 'POST',
      body: JSON.stringify({ token }),
      headers: { 'content-type': 'application/json', ...headers },
    });
  const renew = async (token: string, headers?: Record<string, string>) => {
    const response = await askToRenew(token, headers);
    expect(response.status).toBe(200);
    return (await response.json<{ token: string }>()).token;
  };
  return { send, clock, classify, tokenOf, post, verify, askToRenew, renew };
}

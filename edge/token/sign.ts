/** @file Signs a result as a token. */
import { HttpProblem } from '../http/problem.ts';
import type { Caller } from '../http/record.ts';
import { ISSUER, LIFETIME_S, type SignedResult, type TokenClaims } from './claims.ts';
import { signJwt } from './jwt.ts';

/**
 * @param secrets from TOKEN_SECRET; the first one signs
 * @param caller a visitor's site key becomes the audience of the token
 * @param now milliseconds since the epoch
 * @throws HttpProblem `not-signed` without a secret
 */
export function signToken(
  result: SignedResult,
  secrets: readonly string[],
  caller: Caller | undefined,
  now: number,
): Promise<string> {
  const aud = audienceOf(caller);
  return signClaims({ ...result, ...(aud && { aud }), jti: crypto.randomUUID() }, secrets, now);
}

/**
 * Signs claims with the times of a token that is issued now.
 * @throws HttpProblem `not-signed` without a secret
 */
export async function signClaims(
  claims: Omit<TokenClaims, 'iat' | 'exp'>,
  secrets: readonly string[],
  now: number,
): Promise<string> {
  const iat = Math.floor(now / 1000);
  return signJwt({ ...claims, iss: ISSUER, iat, exp: iat + LIFETIME_S }, signingSecret(secrets));
}

/** @throws HttpProblem `not-signed` */
export function signingSecret([secret]: readonly string[]): string {
  if (secret !== undefined) return secret;
  const detail =
    'The service has no TOKEN_SECRET. Create one with `npm run key -- --token` and store it with `npx wrangler secret put TOKEN_SECRET`.';
  throw new HttpProblem('not-signed', detail);
}

/** Returns the site key of a visitor; undefined for other callers. */
export const audienceOf = (caller: Caller | undefined): string | undefined =>
  caller?.kind === 'visitor' && caller.site ? caller.site : undefined;

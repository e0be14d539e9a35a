/** @file Signs a result as a token. */
import { sign } from 'hono/jwt';
import { HttpProblem } from '../http/problem.ts';
import type { Caller } from '../http/record.ts';
import { LIFETIME_S, type SignedResult, type TokenClaims } from './claims.ts';

/**
 * @param secrets from TOKEN_SECRET; the first one signs
 * @param caller a visitor's site key becomes the audience of the token
 * @param now milliseconds since the epoch
 * @throws HttpProblem `not-signed` without a secret
 */
export async function signToken(
  result: SignedResult,
  secrets: readonly string[],
  caller: Caller | undefined,
  now: number,
): Promise<string> {
  const [secret] = secrets;
  if (secret === undefined) {
    const detail =
      'The service has no TOKEN_SECRET. Create one with `npm run key -- --token` and store it with `npx wrangler secret put TOKEN_SECRET`.';
    throw new HttpProblem('not-signed', detail);
  }
  const iat = Math.floor(now / 1000);
  const claims: TokenClaims = {
    ...result,
    ...(caller?.kind === 'visitor' && caller.site && { aud: caller.site }),
    iat,
    exp: iat + LIFETIME_S,
    jti: crypto.randomUUID(),
  };
  return sign({ ...claims }, secret, 'HS256');
}

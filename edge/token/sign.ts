/** @file A statement → a token. */
import { sign } from 'hono/jwt';
import type { Caller } from '../access/caller.ts';
import { HttpProblem } from '../problem.ts';
import { type Claims, LIFETIME_S, type Statement } from './claims.ts';

/**
 * @param secrets from TOKEN_SECRET; the first one signs
 * @param now milliseconds since the epoch
 * @throws HttpProblem `not-signed`
 */
export async function signToken(
  statement: Statement,
  secrets: readonly string[],
  caller: Caller | undefined,
  now: number,
): Promise<string> {
  const [secret] = secrets;
  if (secret === undefined) {
    const detail =
      'Its owner sets the secret TOKEN_SECRET: npm run key -- --token makes one and says where it goes.';
    throw new HttpProblem('not-signed', detail);
  }
  const iat = Math.floor(now / 1000);
  const claims: Claims = {
    ...statement,
    ...(caller?.kind === 'visitor' && caller.site && { aud: caller.site }),
    iat,
    exp: iat + LIFETIME_S,
    jti: crypto.randomUUID(),
  };
  return sign({ ...claims }, secret, 'HS256');
}

/** @file A token → whether it is one of ours, still good, and for the first time here. */
import { verify } from 'hono/jwt';
import { type Claims, MAX_TOKEN_LENGTH, type Refusal } from './claims.ts';
import { spend } from './spent.ts';

export interface Question {
  token: string;
  /** The site key whose pages the token must come from. */
  siteKey?: string | undefined;
  /** Whoever asks again with the same one hears the same. */
  idempotencyKey?: string | undefined;
}

/** @throws HttpProblem `token-store-unavailable` when it cannot be known whether the token was used */
export async function verifyToken(
  { token, siteKey, idempotencyKey }: Question,
  secrets: readonly string[],
  bucket: R2Bucket,
  now: number,
): Promise<Claims | Refusal> {
  const claims = await claimsOf(token, secrets);
  if (typeof claims === 'string') return claims;
  if (claims.exp * 1000 <= now) return 'expired';
  if (siteKey !== undefined && claims.aud !== siteKey) return 'other-site';
  return (await spend(bucket, claims, idempotencyKey)) ? claims : 'used';
}

async function claimsOf(token: string, secrets: readonly string[]): Promise<Claims | 'malformed' | 'forged'> {
  if (token.length > MAX_TOKEN_LENGTH || token.split('.').length !== 3) return 'malformed';
  let refusal: 'malformed' | 'forged' = 'malformed';
  for (const secret of secrets) {
    try {
      // Times are held against this service's clock, after the signature.
      const times = { exp: false, iat: false, nbf: false };
      return (await verify(token, secret, { alg: 'HS256', ...times })) as unknown as Claims;
    } catch (error) {
      if (error instanceof Error && FORGERIES.includes(error.name)) refusal = 'forged';
    }
  }
  return refusal;
}

/** What hono/jwt throws at tokens that are well-formed and not signed by this service. */
const FORGERIES = ['JwtTokenSignatureMismatched', 'JwtAlgorithmMismatch'];

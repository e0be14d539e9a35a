/** @file Verifies a result token: signature, lifetime, site key and single use. */
import * as v from 'valibot';
import { requireModel } from '../access/allowed-models.ts';
import type { Caller } from '../http/record.ts';
import { MAX_TOKEN_LENGTH, TokenClaims, type TokenRefusal } from './claims.ts';
import { verifyJwt } from './jwt.ts';
import { signingSecret } from './sign.ts';
import { markUsed } from './used-tokens.ts';

export interface VerificationRequest {
  token: string;
  /** Accepts only tokens that were issued for this site key. */
  siteKey?: string | undefined;
  /** A repeated request with the same key returns the same result. */
  idempotencyKey?: string | undefined;
  /** A key that is limited to models verifies only their predictions. */
  caller?: Caller | undefined;
}

/**
 * @param secrets from TOKEN_SECRET; any of them may have signed the token
 * @param now milliseconds since the epoch
 * @throws HttpProblem `not-signed`, `token-store-unavailable`, `model-not-allowed`
 */
export async function verifyToken(
  { token, siteKey, idempotencyKey, caller }: VerificationRequest,
  secrets: readonly string[],
  bucket: R2Bucket,
  now: number,
): Promise<TokenClaims | TokenRefusal> {
  const claims = await claimsOf(token, secrets);
  if (typeof claims === 'string') return claims;
  if (claims.exp * 1000 <= now) return 'expired';
  if (siteKey !== undefined && claims.aud !== siteKey) return 'other-site';
  requireModel(caller, claims.model);
  return (await markUsed(bucket, claims, idempotencyKey)) ? claims : 'used';
}

/**
 * Returns the claims of a token with a valid signature, expired or not.
 * @param secrets any of them may have signed it
 * @throws HttpProblem `not-signed` without a secret
 */
export async function claimsOf(
  token: string,
  secrets: readonly string[],
): Promise<TokenClaims | 'malformed' | 'forged'> {
  // Without a secret, every token would look malformed.
  signingSecret(secrets);
  if (token.length > MAX_TOKEN_LENGTH) return 'malformed';
  let refusal: 'malformed' | 'forged' = 'malformed';
  for (const secret of secrets) {
    const verified = await verifyJwt(token, secret);
    if (typeof verified === 'object') {
      const { success, output } = v.safeParse(TokenClaims, verified.claims);
      return success ? output : 'malformed';
    }
    refusal = verified;
  }
  return refusal;
}

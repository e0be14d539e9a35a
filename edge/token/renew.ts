/** @file Renews a token without its image: signs the same claims again, with a later expiry. */
import { requireModel } from '../access/allowed-models.ts';
import { HttpProblem } from '../http/problem.ts';
import type { Caller } from '../http/record.ts';
import { RENEWABLE_S, type TokenRefusal } from './claims.ts';
import { audienceOf, signClaims } from './sign.ts';
import { isUsed } from './used-tokens.ts';
import { claimsOf } from './verify.ts';

/**
 * The new token keeps the ID of the earlier one. So all tokens of a classification together can be verified once.
 * @param secrets from TOKEN_SECRET; any of them may have signed the token, and the first one signs the new token
 * @param caller must have the site key of the first token
 * @param now milliseconds since the epoch
 * @throws HttpProblem `not-renewable`, `not-signed`, `token-store-unavailable`, `model-not-allowed`
 */
export async function renewToken(
  token: string,
  secrets: readonly string[],
  caller: Caller | undefined,
  bucket: R2Bucket,
  now: number,
): Promise<string> {
  const claims = await claimsOf(token, secrets);
  if (typeof claims === 'string') throw notRenewable(claims);
  const { iat, since = iat } = claims;
  if ((since + RENEWABLE_S) * 1000 <= now) throw notRenewable('expired');
  if (claims.aud !== audienceOf(caller)) throw notRenewable('other-site');
  requireModel(caller, claims.model);
  if (await isUsed(bucket, claims)) throw notRenewable('used');
  return signClaims({ ...claims, since }, secrets, now);
}

const REASONS: Record<TokenRefusal, string> = {
  malformed: 'The token is malformed.',
  forged: 'This service did not sign the token.',
  expired: `The image was classified more than ${RENEWABLE_S / 60} minutes ago.`,
  'other-site': 'The token was issued for another site key.',
  used: 'The token has already been verified.',
};

const notRenewable = (reason: TokenRefusal): HttpProblem =>
  new HttpProblem('not-renewable', `${REASONS[reason]} Classify the image again for a new token.`);

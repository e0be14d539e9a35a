/**
 * @file Records verified tokens as objects `tokens/<day>/<jti>` in the bucket. A renewed token has the same object as the first one.
 *
 * Tokens that can neither be verified nor renewed any more are rejected without a read. So a lifecycle rule may delete the objects
 * after a day.
 */
import { HttpProblem } from '../http/problem.ts';
import { withTimeout } from '../registry/bucket.ts';
import { LIFETIME_S, type TokenClaims } from './claims.ts';

const RETRY_AFTER_S = 5;

/**
 * Marks a token as used. The write succeeds only if the object does not exist.
 * @param idempotencyKey stored in the object, so that a retry with the same key succeeds
 * @returns false when the token was used before
 * @throws HttpProblem `token-store-unavailable`
 */
export function markUsed(bucket: R2Bucket, claims: TokenClaims, idempotencyKey = ''): Promise<boolean> {
  return access(keyOf(claims), async (key) => {
    const onlyIf = new Headers({ 'if-none-match': '*' });
    if (await bucket.put(key, idempotencyKey, { onlyIf })) return true;
    return idempotencyKey !== '' && (await (await bucket.get(key))?.text()) === idempotencyKey;
  });
}

/** @throws HttpProblem `token-store-unavailable` */
export function isUsed(bucket: R2Bucket, claims: TokenClaims): Promise<boolean> {
  return access(keyOf(claims), async (key) => (await bucket.head(key)) !== null);
}

/** The day is that of the first token's expiry. */
function keyOf({ jti, iat, since = iat }: TokenClaims): string {
  return `tokens/${new Date((since + LIFETIME_S) * 1000).toISOString().slice(0, 10)}/${jti}`;
}

async function access<T>(key: string, use: (key: string) => Promise<T>): Promise<T> {
  try {
    return await withTimeout(key, () => use(key));
  } catch (cause) {
    const headers = { 'retry-after': `${RETRY_AFTER_S}` };
    const detail = 'The object store did not confirm that the token is unused. Retry the request.';
    throw new HttpProblem('token-store-unavailable', detail, { headers, cause });
  }
}

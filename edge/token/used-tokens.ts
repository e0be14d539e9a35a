/**
 * @file Records verified tokens as objects `tokens/<day>/<jti>` in the bucket.
 *
 * Expired tokens are rejected without a read, so a lifecycle rule may delete the objects after a day.
 */
import { HttpProblem } from '../http/problem.ts';
import { withTimeout } from '../registry/bucket.ts';
import type { TokenClaims } from './claims.ts';

const RETRY_AFTER_S = 5;

/**
 * Marks a token as used. The write succeeds only if the object does not exist.
 * @param idempotencyKey stored in the object, so that a retry with the same key succeeds
 * @returns false when the token was used before
 * @throws HttpProblem `token-store-unavailable`
 */
export async function markUsed(
  bucket: R2Bucket,
  { jti, exp }: TokenClaims,
  idempotencyKey = '',
): Promise<boolean> {
  const day = new Date(exp * 1000).toISOString().slice(0, 10);
  const key = `tokens/${day}/${jti}`;
  try {
    return await withTimeout(key, async () => {
      const onlyIf = new Headers({ 'if-none-match': '*' });
      if (await bucket.put(key, idempotencyKey, { onlyIf })) return true;
      return idempotencyKey !== '' && (await (await bucket.get(key))?.text()) === idempotencyKey;
    });
  } catch (cause) {
    const headers = { 'retry-after': `${RETRY_AFTER_S}` };
    const detail = 'The object store did not confirm that the token is unused. Retry the request.';
    throw new HttpProblem('token-store-unavailable', detail, { headers, cause });
  }
}

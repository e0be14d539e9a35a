/**
 * @file Which tokens were verified: an object `tokens/<day>/<jti>` in the bucket for each, written on condition that there is none.
 *
 * After its five minutes a token is refused without a look, so a lifecycle rule may delete the objects after a day.
 */
import { HttpProblem } from '../problem.ts';
import { withTimeout } from '../registry/store.ts';
import type { Claims } from './claims.ts';

const RETRY_AFTER_S = 5;

/**
 * @param idempotencyKey kept in the object, so that whoever has spent the token may ask again
 * @returns whether it was not spent by anybody else
 * @throws HttpProblem `token-store-unavailable`: whoever cannot tell must not say yes
 */
export async function spend(bucket: R2Bucket, { jti, exp }: Claims, idempotencyKey = ''): Promise<boolean> {
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
    throw new HttpProblem('token-store-unavailable', 'Ask again.', { headers, cause });
  }
}

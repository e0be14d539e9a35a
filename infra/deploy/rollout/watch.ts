/** @file Watches a version that receives requests: smoke tests at intervals, then Cloudflare's count of failed requests. */
import { setTimeout } from 'node:timers/promises';
import { ExplainedError } from '#shared/errors.ts';
import { API } from '../cloudflare/workers.ts';
import { smokeTest } from '../smoke/smoke-test.ts';
import type { RolloutOptions } from './options.ts';

/** Seconds between smoke tests. A step of 300 s has eleven, which use ten of the API key's 600 requests per minute. */
const SMOKE_SECONDS = 30;
/**
 * No request should end in an exception. Errors beyond the rate of the hour before fail the version when they are more than 3 and
 * more than one in a thousand requests.
 */
const MAX_ERRORS = 3;
const MAX_SHARE = 0.001;
const HOUR = 3_600_000;

/**
 * @param since when the version received its first requests. Errors that are counted late count at the next step.
 * @throws ExplainedError when a smoke test fails or too many requests failed
 */
export async function watch(
  { cloudflare, origin, key, watchSeconds, signal, log }: RolloutOptions,
  version: string,
  since: Date,
): Promise<void> {
  for (let left = watchSeconds; ; left -= SMOKE_SECONDS) {
    await smokeTest({ origin, key, version, signal }, () => {});
    if (left <= 0) break;
    await setTimeout(1_000 * Math.min(left, SMOKE_SECONDS), undefined, { signal });
  }
  const usual = await cloudflare.invocations(API.name, new Date(since.getTime() - HOUR), since);
  const { requests, errors } = await cloudflare.invocations(API.name, since, new Date());
  const extra = errors - (requests * usual.errors) / Math.max(usual.requests, 1);
  log(
    `smoke tests passed; ${errors} of ${requests} requests failed, in the hour before ${usual.errors} of ${usual.requests}`,
  );
  if (extra <= MAX_ERRORS || extra <= MAX_SHARE * requests) return;
  throw new ExplainedError({
    kind: 'device',
    what: `too many requests to ${API.name} have failed since the new version began to receive requests`,
    expected: `at most ${MAX_ERRORS}, or ${MAX_SHARE * 100} %, beyond the rate of the hour before`,
    got: `${errors} of ${requests}`,
    next: 'See their exceptions in Workers Logs',
  });
}

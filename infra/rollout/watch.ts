/** @file Whether a version that has requests does well with them: smoke tests all the time, and Cloudflare's count at its end. */
import { setTimeout } from 'node:timers/promises';
import { ExplainedError } from '#shared/errors.ts';
import type { Rollout } from './roll.ts';
import { smoke } from './smoke.ts';
import { API } from './workers.ts';

/** Seconds from one smoke test to the next: eleven at each step, ten of the key's 600 requests a minute. */
const SMOKE_SECONDS = 30;
/** No request is meant to end in an exception. More than three, and more than one of a thousand beyond what the hour before had, is the new version. */
const MOST_ERRORS = 3;
const MOST_SHARE = 0.001;
const HOUR = 3_600_000;

/** @param since when the version had its first requests: errors that were counted late are seen at the next step */
export async function watch(
  { cloudflare, origin, key, watchSeconds, signal, say }: Rollout,
  version: string,
  since: Date,
): Promise<void> {
  for (let left = watchSeconds; ; left -= SMOKE_SECONDS) {
    await smoke({ origin, key, version, signal }, () => {});
    if (left <= 0) break;
    await setTimeout(1_000 * Math.min(left, SMOKE_SECONDS), undefined, { signal });
  }
  const usual = await cloudflare.invocations(API.name, new Date(since.getTime() - HOUR), since);
  const { requests, errors } = await cloudflare.invocations(API.name, since, new Date());
  const extra = errors - (requests * usual.errors) / Math.max(usual.requests, 1);
  say(
    `smoke tests passed; ${errors} of ${requests} requests failed, in the hour before ${usual.errors} of ${usual.requests}`,
  );
  if (extra <= MOST_ERRORS || extra <= MOST_SHARE * requests) return;
  throw new ExplainedError({
    kind: 'device',
    what: `requests to ${API.name} since the new version has some`,
    expected: `at most ${MOST_ERRORS}, or ${MOST_SHARE * 100} % of them, to fail beyond the usual`,
    got: `${errors} of ${requests}`,
    next: 'Workers Logs has their exceptions',
  });
}

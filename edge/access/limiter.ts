/** @file Rate limits, enforced by Cloudflare's rate limiting binding. Without the binding there is no limit. */
import type { Context } from 'hono';
import type { AppEnv } from '../http/env.ts';
import { HttpProblem } from '../http/problem.ts';
import type { Caller } from '../http/record.ts';
import { log } from '../telemetry/log.ts';
import { RATES, UNIT_MS } from './rates.ts';

/** Counts a request of an admitted caller. @throws HttpProblem `too-many-requests` */
export const enforceCallerRate = (c: Context<AppEnv>, caller: Caller): Promise<void> =>
  countFor(c, caller, 1);

/**
 * Counts the work of a request before it starts. The first image is counted with the request, each further one like a request of its own,
 * and so is each further UNIT_MS of their CPU time.
 * @param milliseconds estimated CPU time of all images
 * @throws HttpProblem `too-many-requests`
 */
export async function enforceWork(c: Context<AppEnv>, images: number, milliseconds: number): Promise<void> {
  const { caller } = c.var.record;
  if (caller) await countFor(c, caller, Math.max(images, Math.ceil(milliseconds / UNIT_MS)) - 1);
}

async function countFor(c: Context<AppEnv>, caller: Caller, count: number): Promise<void> {
  if (caller.kind === 'key') await enforceRate(c, 'key', caller.name, count);
  if (caller.kind === 'visitor') await enforceRate(c, 'visitor', `${caller.site} ${clientNetwork(c)}`, count);
}

/**
 * Counts a request against a rate limit. `RateLimit-Policy` follows draft-ietf-httpapi-ratelimit-headers. The header with the
 * remaining quota is missing, because the binding does not report it.
 * @param count how often it counts. The binding has no weights, so that each needs a call. They run at the same time
 * @throws HttpProblem `too-many-requests`
 */
export async function enforceRate(
  c: Context<AppEnv>,
  rate: keyof typeof RATES,
  key: string,
  count = 1,
): Promise<void> {
  const { binding, limit, period } = RATES[rate];
  const limiter = c.env[binding];
  if (!limiter) return;
  c.header('ratelimit-policy', `"${rate}";q=${limit};w=${period}`);
  const within = await Promise.all(Array.from({ length: count }, () => isWithin(limiter, key)));
  if (!within.includes(false)) return;
  const detail = `The limit is ${limit} requests in ${period} seconds. An image counts as one, and so does each ${UNIT_MS} ms of CPU time. Wait, or scale the images down.`;
  throw new HttpProblem('too-many-requests', detail, {
    members: { limit },
    // The binding does not report the end of the period. After a full period a new one has begun.
    headers: { 'retry-after': `${period}` },
  });
}

/** Admits the request when the limiter fails: access is decided elsewhere, and an outage must not stop everyone. */
async function isWithin(limiter: RateLimit, key: string): Promise<boolean> {
  try {
    return (await limiter.limit({ key })).success;
  } catch (error) {
    log('warn', 'the rate limiter fails', { error: String(error) });
    return true;
  }
}

/** Returns the network of the client: an IPv4 address, or the /64 prefix of an IPv6 address, which is one household. */
export function clientNetwork(c: Context<AppEnv>): string {
  const address = c.req.header('cf-connecting-ip') ?? '';
  if (!address.includes(':')) return address;
  const [head = [], tail = []] = address.split('::').map((part) => part.split(':').filter(Boolean));
  const zeros = Array<string>(Math.max(0, 8 - head.length - tail.length)).fill('0');
  return [...head, ...zeros, ...tail].slice(0, 4).join(':');
}

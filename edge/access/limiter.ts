/** @file Rate limits, enforced by Cloudflare's rate limiting binding. Without the binding there is no limit. */
import type { Context } from 'hono';
import type { AppEnv } from '../http/env.ts';
import { HttpProblem } from '../http/problem.ts';
import { log } from '../telemetry/log.ts';
import { RATES } from './rates.ts';

/**
 * Counts a request against a rate limit. `RateLimit-Policy` follows draft-ietf-httpapi-ratelimit-headers. The header with the
 * remaining quota is missing, because the binding does not report it.
 * @throws HttpProblem `too-many-requests`
 */
export async function enforceRate(c: Context<AppEnv>, rate: keyof typeof RATES, key: string): Promise<void> {
  const { binding, limit, period } = RATES[rate];
  const limiter = c.env[binding];
  if (!limiter) return;
  c.header('ratelimit-policy', `"${rate}";q=${limit};w=${period}`);
  if (await isWithin(limiter, key)) return;
  const detail = `The limit is ${limit} requests in ${period} seconds. Wait, or send several images in one request.`;
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

/** @file Counts requests with the platform's rate limiter. Without its binding there is no limit. */
import type { Context } from 'hono';
import type { AppEnv } from '../env.ts';
import { HttpProblem } from '../problem.ts';
import { log } from '../telemetry/log.ts';
import { RATES } from './rates.ts';

export interface RateBindings {
  KEY_RATE?: RateLimit;
  VISITOR_RATE?: RateLimit;
}

/**
 * `RateLimit-Policy` is from draft-ietf-httpapi-ratelimit-headers; what is left is not said, since the binding does not tell.
 * @throws HttpProblem `too-many-requests`
 */
export async function count(c: Context<AppEnv>, rate: keyof typeof RATES, key: string): Promise<void> {
  const { binding, limit, period } = RATES[rate];
  const limiter = c.env[binding];
  if (!limiter) return;
  c.header('ratelimit-policy', `"${rate}";q=${limit};w=${period}`);
  if (await isWithin(limiter, key)) return;
  const detail = `${limit} requests in ${period} seconds are the limit. Send several images in one request.`;
  throw new HttpProblem('too-many-requests', detail, {
    members: { limit },
    // The binding does not say when; by then a new period has begun.
    headers: { 'retry-after': `${period}` },
  });
}

/** A limiter that fails lets the request pass: who may call is known already, and its failure must not be everybody's. */
async function isWithin(limiter: RateLimit, key: string): Promise<boolean> {
  try {
    return (await limiter.limit({ key })).success;
  } catch (error) {
    log('warn', 'the rate limiter fails', { error: String(error) });
    return true;
  }
}

/** Where a request comes from: an IPv4 address, or the /64 of an IPv6 address, since that is what one household gets. */
export function networkOf(c: Context<AppEnv>): string {
  const address = c.req.header('cf-connecting-ip') ?? '';
  if (!address.includes(':')) return address;
  const [head = [], tail = []] = address.split('::').map((part) => part.split(':').filter(Boolean));
  const zeros = Array<string>(Math.max(0, 8 - head.length - tail.length)).fill('0');
  return [...head, ...zeros, ...tail].slice(0, 4).join(':');
}

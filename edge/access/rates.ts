/** @file Rate limits. wrangler.toml declares the bindings with the same numbers; a test compares them. */
import type { Bindings } from '../http/env.ts';

/** CPU time that counts as a request, in milliseconds. One photo of a phone takes less. So 600 requests take at most two minutes of CPU time. */
export const UNIT_MS = 200;

interface Rate {
  binding: keyof Pick<Bindings, 'KEY_RATE' | 'VISITOR_RATE'>;
  /** Requests in `period`. */
  limit: number;
  /** Seconds. */
  period: number;
}

/**
 * Each Cloudflare location counts for itself. An image counts like a request, and so does each UNIT_MS of CPU time (limiter.ts).
 * https://developers.cloudflare.com/workers/runtime-apis/bindings/rate-limit/
 */
export const RATES = {
  /** Per name in API_KEYS. */
  key: { binding: 'KEY_RATE', limit: 600, period: 60 },
  /** Per client network and site key, and per client network for refused credentials. */
  visitor: { binding: 'VISITOR_RATE', limit: 60, period: 60 },
} as const satisfies Record<string, Rate>;

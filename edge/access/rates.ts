/** @file Rate limits. wrangler.toml declares the bindings with the same numbers; a test compares them. */
import type { Bindings } from '../http/env.ts';

interface Rate {
  binding: keyof Pick<Bindings, 'KEY_RATE' | 'VISITOR_RATE'>;
  /** Requests in `period`. */
  limit: number;
  /** Seconds. */
  period: number;
}

/**
 * Each Cloudflare location counts for itself. A request with several images counts once: the binding has no weights, and
 * MAX_IMAGES limits a batch.
 * https://developers.cloudflare.com/workers/runtime-apis/bindings/rate-limit/
 */
export const RATES = {
  /** Per name in API_KEYS. */
  key: { binding: 'KEY_RATE', limit: 600, period: 60 },
  /** Per client network and site key, and per client network for refused credentials. */
  visitor: { binding: 'VISITOR_RATE', limit: 60, period: 60 },
} as const satisfies Record<string, Rate>;

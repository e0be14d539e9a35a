/** @file How often one caller may ask. wrangler.toml declares the bindings with the same numbers, and a test compares them. */

/**
 * Requests in `period` seconds, counted by each Cloudflare location for itself. A request counts once, however many images it has:
 * the binding takes no weights, and limits.ts bounds a batch.
 * https://developers.cloudflare.com/workers/runtime-apis/bindings/rate-limit/
 */
export const RATES = {
  /** For each name in API_KEYS. */
  key: { binding: 'KEY_RATE', limit: 600, period: 60 },
  /** For each address and site key; for each address also of requests whose credential was refused. */
  visitor: { binding: 'VISITOR_RATE', limit: 60, period: 60 },
} as const;

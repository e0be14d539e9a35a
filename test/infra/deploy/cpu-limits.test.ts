/** @file The limits of CPU time in the configurations of the Workers. */
import { expect, it } from 'vitest';
import { unstable_readConfig } from 'wrangler';
import { MAX_REQUEST_MS } from '../../../edge/http/limits.ts';

it.each(
  ['wrangler.toml', 'wrangler.decode.toml', 'wrangler.ort.toml'].flatMap((config) =>
    [undefined, 'staging'].map((env) => ({ config, env })),
  ),
)('Cloudflare ends a call that computes for too long: $config, environment $env', ({ config, env }) => {
  const { limits } = unstable_readConfig({ config, ...(env && { env }) });
  // Above what the Worker admits, below Cloudflare's default.
  expect(limits?.cpu_ms).toBeGreaterThan(2 * MAX_REQUEST_MS);
  expect(limits?.cpu_ms).toBeLessThan(30_000);
});

/** @file The names that the deployment's commands use are those of the wrangler configurations, and staging shares none with production. */
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { unstable_readConfig } from 'wrangler';
import {
  deploymentOf,
  domainOf,
  ENVIRONMENTS,
  type Environment,
} from '../../../infra/deploy/cloudflare/workers.ts';
import packageJson from '../../../package.json' with { type: 'json' };

/** The parts of a configuration that an environment must repeat. */
interface Configuration {
  name: string;
  vars: object;
  r2_buckets: { binding: string; bucket_name: string }[];
  services?: { binding: string; service: string }[];
  ratelimits?: { name: string; namespace_id: string; simple: object }[];
  assets?: object;
  version_metadata?: object;
  compatibility_flags: string[];
  routes?: object[];
}

const readConfig = (config: string, environment: Environment): Configuration =>
  unstable_readConfig({ config, ...(environment !== 'production' && { env: environment }) });

describe.each(ENVIRONMENTS)('%s', (environment) => {
  const { api, called, buckets } = deploymentOf(environment);
  const read = (config: string) => readConfig(config, environment);

  test('has the names of the configurations', () => {
    for (const { config, name } of [api, ...called]) expect(read(config).name).toBe(name);
    const { r2_buckets, services } = read(api.config);
    expect(r2_buckets.map(({ binding, bucket_name }) => [binding, bucket_name])).toEqual([
      ['MODELS', buckets.models],
      ['KEYS', buckets.keys],
    ]);
    expect((services ?? []).map(({ service }) => service)).toEqual(called.map(({ name }) => name));
    expect(read('wrangler.ort.toml').r2_buckets[0]?.bucket_name).toBe(buckets.models);
  });

  test('binds everything that the Worker of production binds', () => {
    const names = (config: ReturnType<typeof read>) => ({
      vars: config.vars,
      buckets: config.r2_buckets.map(({ binding }) => binding),
      services: config.services?.map(({ binding }) => binding),
      rates: config.ratelimits?.map(({ name, simple }) => ({ name, simple })),
      assets: config.assets,
      version: config.version_metadata,
      flags: config.compatibility_flags,
    });
    expect(names(read(api.config))).toEqual(names(readConfig(api.config, 'production')));
  });
});

test('staging shares no Worker, bucket, rate limit or route with production', () => {
  const [production, staging] = ENVIRONMENTS.map((environment) => {
    const { api, called, buckets } = deploymentOf(environment);
    const { ratelimits } = readConfig(api.config, environment);
    const names = [api, ...called].map(({ name }) => name);
    return [...names, ...Object.values(buckets), ...(ratelimits ?? []).map((one) => one.namespace_id)];
  });
  expect(new Set([...(production ?? []), ...(staging ?? [])]).size).toBe(14);
  // Routes are inherited unless the environment has its own.
  expect(readConfig('wrangler.toml', 'staging').routes).toEqual([]);
});

test('a domain is read as the guide writes it', () => {
  const guide = readFileSync('docs/deploy.md', 'utf8').replaceAll(/^ +/gm, '');
  expect(domainOf(guide)).toBe('api.example.com');
  expect(domainOf(readFileSync('wrangler.toml', 'utf8'))).toBeUndefined();
});

test('everything that a Deploy to Cloudflare button asks a person about has a description', () => {
  const { r2_buckets, vars } = readConfig('wrangler.toml', 'production');
  const asked = [...r2_buckets.map(({ binding }) => binding), ...Object.keys(vars)];
  expect(Object.keys(packageJson.cloudflare.bindings).sort()).toEqual(asked.sort());
});

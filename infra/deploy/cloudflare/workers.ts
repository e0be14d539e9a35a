/** @file The Workers and buckets of a deployment, in production and in staging. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as v from 'valibot';
import { ROOT } from '../../child-process.ts';
import type { Account } from './account.ts';
import { apiBase, callJson } from './request.ts';

/** `staging` has Workers, buckets and keys of its own: `[env.staging]` in the wrangler configurations. */
export const ENVIRONMENTS = ['production', 'staging'] as const;
export type Environment = (typeof ENVIRONMENTS)[number];

export interface DeployedWorker {
  /** Path of the wrangler configuration. */
  config: string;
  /** The Worker's name at Cloudflare. */
  name: string;
}

export interface Deployment {
  environment: Environment;
  api: DeployedWorker;
  /** The Workers that the API calls through service bindings. They must be deployed before a version of the API gets requests. */
  called: readonly DeployedWorker[];
  buckets: {
    models: string;
    /** Undefined without the binding KEYS. */
    keys: string | undefined;
  };
}

const read = (config: string): string => readFileSync(join(ROOT, config), 'utf8');

function worker(config: string, environment: Environment = 'production'): DeployedWorker {
  const isTop = environment === 'production';
  const pattern = isTop
    ? /^name = "(.+)"$/m
    : new RegExp(`^\\[env\\.${environment}\\]\\nname = "(.+)"$`, 'm');
  const [, name = ''] = pattern.exec(read(config)) ?? [];
  return { config, name };
}

const CALLED_CONFIGS = ['wrangler.ort.toml', 'wrangler.decode.toml'];
const API_CONFIG = 'wrangler.toml';

/** The Workers of production. */
export const CALLED = CALLED_CONFIGS.map((config) => worker(config));
export const API = worker(API_CONFIG);

/** Returns the names in an environment, as the wrangler configurations have them. */
export function deploymentOf(environment: Environment): Deployment {
  return {
    environment,
    api: worker(API_CONFIG, environment),
    called: CALLED_CONFIGS.map((config) => worker(config, environment)),
    buckets: { models: bucketOf('MODELS', environment) ?? '', keys: bucketOf('KEYS', environment) },
  };
}

/** Returns the name of a bucket in a configuration. */
export function bucketOf(binding: string, environment: Environment, config = API_CONFIG): string | undefined {
  const table = environment === 'production' ? 'r2_buckets' : `env\\.${environment}\\.r2_buckets`;
  const pattern = new RegExp(`^\\[\\[${table}\\]\\]\\nbinding = "${binding}"\\nbucket_name = "(.+)"$`, 'm');
  return pattern.exec(read(config))?.[1];
}

const Subdomain = v.object({ result: v.object({ subdomain: v.string() }) });
/** Error code of an account without a name on workers.dev. */
const NO_SUBDOMAIN = 10007;

/** Returns the domain that a wrangler configuration gives its Worker, as docs/deploy.md describes it. */
export const domainOf = (config: string): string | undefined =>
  /^routes = \[\{ pattern = "([^"/*]+)", custom_domain = true \}/m.exec(config)?.[1];

/** Returns the address of the Worker: its own domain, else that on workers.dev; undefined while the account has no name there. */
export async function originOf(
  account: Account,
  { api, environment }: Deployment,
): Promise<string | undefined> {
  const domain = domainOf(read(api.config));
  if (domain !== undefined && environment === 'production') return `https://${domain}`;
  const response = await callJson(`${apiBase()}/accounts/${account.id}/workers/subdomain`, {
    token: account.token,
    method: 'GET',
    absent: [NO_SUBDOMAIN],
  });
  const { success, output } = v.safeParse(Subdomain, response);
  return success ? `https://${api.name}.${output.result.subdomain}.workers.dev` : undefined;
}

/** Returns wrangler's arguments for a Worker. An empty environment is the top level of the configuration. */
export const wranglerTarget = ({ config }: DeployedWorker, environment: Environment): string[] => [
  '-c',
  config,
  `--env=${environment === 'production' ? '' : environment}`,
];

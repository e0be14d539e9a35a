/** @file The three Workers that are deployed, in the order in which they are: whom the API's calls, before it. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

export interface DeployedWorker {
  /** Its wrangler configuration. */
  config: string;
  /** What Cloudflare calls it. */
  name: string;
}

export const ROOT = fileURLToPath(new URL('../..', import.meta.url));

function worker(config: string): DeployedWorker {
  const [, name = ''] = /^name = "(.+)"$/m.exec(readFileSync(`${ROOT}${config}`, 'utf8')) ?? [];
  return { config, name };
}

export const CALLED = [worker('wrangler.ort.toml'), worker('wrangler.decode.toml')];
export const API = worker('wrangler.toml');

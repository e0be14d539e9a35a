/** @file The three Workers that a deployment consists of, in the order of deployment. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../../child-process.ts';

export interface DeployedWorker {
  /** Path of the wrangler configuration. */
  config: string;
  /** The Worker's name at Cloudflare. */
  name: string;
}

function worker(config: string): DeployedWorker {
  const [, name = ''] = /^name = "(.+)"$/m.exec(readFileSync(join(ROOT, config), 'utf8')) ?? [];
  return { config, name };
}

/** The Workers that the API calls through service bindings. They are deployed before it. */
export const CALLED = [worker('wrangler.ort.toml'), worker('wrangler.decode.toml')];
export const API = worker('wrangler.toml');

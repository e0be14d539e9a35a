/** @file The three Workers of a deployment. */
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

/** The Workers that the API calls through service bindings. They must be deployed before a version of the API gets requests. */
export const CALLED = [worker('wrangler.ort.toml'), worker('wrangler.decode.toml')];
export const API = worker('wrangler.toml');

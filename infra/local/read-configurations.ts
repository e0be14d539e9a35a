/** @file Reads wrangler configurations in a process that ends: wrangler takes 265 MB, and nothing else of it is needed to run a Worker. */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { QUIET } from '../child-process.ts';
import type { WorkerConfiguration } from './configuration.ts';

/** @param paths of the configurations */
export async function readConfigurations(paths: readonly string[]): Promise<WorkerConfiguration[]> {
  const program = join(import.meta.dirname, 'configuration.ts');
  const env = { ...process.env, ...QUIET };
  const { stdout } = await promisify(execFile)(process.execPath, [program, ...paths], { env });
  return JSON.parse(stdout);
}

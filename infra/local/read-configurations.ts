/** @file Reads wrangler configurations in a process that ends: wrangler takes 265 MB, and three seconds of CPU time to load. */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { WorkerConfiguration } from './configuration.ts';

/** @param configs paths, or configurations that are read already */
export async function readConfigurations(
  configs: readonly string[] | readonly WorkerConfiguration[],
): Promise<readonly WorkerConfiguration[]> {
  if (!areRead(configs)) {
    const program = join(import.meta.dirname, 'configuration.ts');
    const { stdout } = await promisify(execFile)(process.execPath, [program, ...configs]);
    return JSON.parse(stdout) as WorkerConfiguration[];
  }
  return configs;
}

const areRead = (
  configs: readonly string[] | readonly WorkerConfiguration[],
): configs is readonly WorkerConfiguration[] => typeof configs[0] === 'object';

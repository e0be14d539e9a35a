/**
 * @file Temporary folders for tests and benchmarks. All of them lie in one root folder per run. Vitest creates it before the first test
 * and removes it after the last one (`globalSetup` in vitest.config.ts). A program outside Vitest removes its root when it exits.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** The environment variable that gives the root folder to the processes of a run. */
const ROOT = 'TINYVGG_TEMPORARY_FOLDER';

/** Creates an empty folder, which is removed after the run. @returns its path */
export function temporaryFolder(): string {
  if (process.env[ROOT] === undefined) {
    setup();
    process.once('exit', teardown);
  }
  return mkdtempSync(join(process.env[ROOT] as string, 'folder-'));
}

/** Vitest calls this before the first test. */
export function setup(): void {
  process.env[ROOT] = mkdtempSync(join(tmpdir(), 'tinyvgg-'));
}

/** Vitest calls this after the last test. */
export function teardown(): void {
  rmSync(process.env[ROOT] as string, { recursive: true, force: true, maxRetries: 3 });
}

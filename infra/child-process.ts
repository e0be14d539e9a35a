/** @file What the scripts need to start wrangler and other programs: paths, environment, and the last output for error messages. */
import type { ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { stripVTControlCharacters } from 'node:util';

/** The project's folder, with a slash at its end. */
export const ROOT = fileURLToPath(new URL('..', import.meta.url));

/** wrangler's program, to be run by Node. */
export const WRANGLER = join(ROOT, 'node_modules/wrangler/bin/wrangler.js');

/** Turns off wrangler's banner, log files, prompts and telemetry, and its request for this machine's public address. */
export const QUIET = {
  CLOUDFLARE_CF_FETCH_ENABLED: 'false',
  WRANGLER_HIDE_BANNER: 'true',
  WRANGLER_SEND_ERROR_REPORTS: 'false',
  WRANGLER_SEND_METRICS: 'false',
  WRANGLER_WRITE_LOGS: 'false',
};

/**
 * Collects the output of a child process whose stdout and stderr are pipes.
 * @param length characters to keep
 * @param onOutput receives all output as it arrives
 * @returns a function that returns the last output without colours, or `(nothing)`
 */
export function collectTail(
  child: ChildProcess,
  length: number,
  onOutput: (text: string) => void = () => {},
): () => string {
  let tail = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (text: string) => {
      tail = (tail + stripVTControlCharacters(text)).slice(-length);
      onOutput(text);
    });
  }
  return () => tail.trim() || '(nothing)';
}

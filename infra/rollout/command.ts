/** @file wrangler's commands as child processes, and what they have done, from the file in which wrangler tells it to programs. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { ExplainedError } from '#shared/errors.ts';
import { QUIET } from '../wrangler.ts';
import { ROOT } from './workers.ts';

/** One of its lines: `{"type":"version-upload","version_id":…,"preview_alias_url":…}` */
export interface Done {
  type: string;
  version_id?: string | null;
  preview_url?: string;
  preview_alias_url?: string;
}

/** Characters of output that are kept for an error message. */
const TAIL = 1_500;

/**
 * Runs a command to its end.
 * https://developers.cloudflare.com/workers/wrangler/system-environment-variables/
 * @param signal ends it by SIGTERM
 * @throws ExplainedError when it fails
 */
export async function wrangler(args: readonly string[], signal?: AbortSignal): Promise<Done[]> {
  signal?.throwIfAborted();
  const folder = await mkdtemp(join(tmpdir(), 'tinyvgg-wrangler-'));
  const file = join(folder, 'done.ndjson');
  try {
    await run(process.execPath, [join(ROOT, 'node_modules/wrangler/bin/wrangler.js'), ...args], {
      name: `wrangler ${args.join(' ')}`,
      env: { ...QUIET, WRANGLER_OUTPUT_FILE_PATH: file },
      signal,
    });
    return (await readFile(file, 'utf8'))
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
  } finally {
    await rm(folder, { recursive: true });
  }
}

interface Running {
  /** For an error message. */
  name: string;
  env?: Record<string, string>;
  signal?: AbortSignal | undefined;
}

/** Runs a program that has nothing to ask and whose words matter only when it fails. */
export async function run(program: string, args: string[], { name, env, signal }: Running): Promise<void> {
  const child = spawn(program, args, {
    cwd: ROOT,
    env: { ...process.env, PATH: `${ROOT}node_modules/.bin:${process.env.PATH}`, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    // A process group of its own: Ctrl-C reaches us alone.
    detached: true,
  });
  let tail = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      tail = (tail + stripVTControlCharacters(text)).slice(-TAIL);
    });
  }
  const stop = (): void => void child.kill('SIGTERM');
  signal?.addEventListener('abort', stop, { once: true });
  const [code, killedBy] = await once(child, 'close');
  signal?.removeEventListener('abort', stop);
  signal?.throwIfAborted();
  if (code === 0) return;
  const got = `${killedBy ?? code}; its last words:\n${tail.trim() || '(nothing)'}`;
  throw new ExplainedError({ kind: 'device', what: name, expected: 'exit code 0', got });
}

/** @file Runs wrangler's commands and other programs to their end. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative, resolve } from 'node:path';
import { ExplainedError } from '#shared/errors.ts';
import { collectTail, QUIET, ROOT, WRANGLER } from '../../child-process.ts';

/** A line of wrangler's output file: `{"type":"version-upload","version_id":…,"preview_alias_url":…}` */
export interface WranglerEvent {
  type: string;
  version_id?: string | null;
  preview_url?: string;
  preview_alias_url?: string;
}

/** Characters of output to keep for an error message. */
const TAIL = 1_500;

/**
 * Runs a wrangler command to its end and returns the events that it reports for programs.
 * https://developers.cloudflare.com/workers/wrangler/system-environment-variables/
 * @param signal stops the command by SIGTERM
 * @throws ExplainedError when the command fails
 */
export async function runWrangler(args: readonly string[], signal?: AbortSignal): Promise<WranglerEvent[]> {
  signal?.throwIfAborted();
  const folder = await mkdtemp(join(tmpdir(), 'tinyvgg-wrangler-'));
  const file = join(folder, 'events.ndjson');
  try {
    await runQuietly(args, { WRANGLER_OUTPUT_FILE_PATH: file }, signal);
    return (await readFile(file, 'utf8'))
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
  } finally {
    await rm(folder, { recursive: true });
  }
}

/**
 * Runs a Node program to its end. Its output and its questions appear in this terminal.
 * @param args the script and its arguments
 * @throws ExplainedError when the program fails
 */
export async function runVisibly(args: readonly string[]): Promise<void> {
  const child = spawn(process.execPath, args, {
    cwd: ROOT,
    env: { ...process.env, ...QUIET },
    stdio: 'inherit',
  });
  const [code, killedBy] = await once(child, 'close');
  if (code === 0) return;
  throw new ExplainedError({
    kind: 'device',
    what: args.map((arg) => relative(ROOT, resolve(ROOT, arg))).join(' '),
    expected: 'exit code 0',
    got: String(killedBy ?? code),
    next: 'Correct the error above, then run the command again.',
  });
}

/**
 * Runs wrangler without input to its end. Its output appears only in the error.
 * @throws ExplainedError when it fails
 */
async function runQuietly(
  args: readonly string[],
  env: Record<string, string>,
  signal?: AbortSignal,
): Promise<void> {
  const child = spawn(process.execPath, [WRANGLER, ...args], {
    cwd: ROOT,
    env: { ...process.env, ...QUIET, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    // In its own process group, wrangler does not receive Ctrl-C. This process decides when to stop it.
    detached: true,
  });
  const tail = collectTail(child, TAIL);
  const stop = (): void => void child.kill('SIGTERM');
  signal?.addEventListener('abort', stop, { once: true });
  const [code, killedBy] = await once(child, 'close');
  signal?.removeEventListener('abort', stop);
  signal?.throwIfAborted();
  if (code === 0) return;
  throw new ExplainedError({
    kind: 'device',
    what: `wrangler ${args.join(' ')}`,
    expected: 'exit code 0',
    got: `${killedBy ?? code}; its last output:\n${tail()}`,
  });
}

/** @file Checks what Miniflare needs before it starts, because its own errors are stack traces, or it never ends. */
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { ExplainedError } from '#shared/errors.ts';

/** Reports a port that is in use. wrangler would print a stack trace. */
export async function requireFree(host: string, port: number): Promise<void> {
  const server = createServer();
  try {
    await new Promise<void>((settle, fail) => {
      server.once('error', fail).listen(port, host, settle);
    });
  } catch (cause) {
    throw portError(host, port, cause);
  }
  await new Promise((settle) => server.close(settle));
}

/** Explains why nothing can listen on a port. */
export const portError = (host: string, port: number, cause: unknown): ExplainedError =>
  new ExplainedError({
    kind: 'device',
    what: `cannot listen on ${host}:${port}`,
    expected: 'a free port',
    got: codeOf(cause),
    next: `Stop the program on that port, or choose another port: PORT=${port === 8788 ? 8789 : 8788} npm start`,
    cause,
  });

/**
 * Creates a folder if it is missing, and reports one in which no file can be created.
 * @param next what the user can do
 * @throws ExplainedError of kind `disk`
 */
export async function requireWritable(folder: string, next: string): Promise<void> {
  try {
    await mkdir(folder, { recursive: true });
    await rm(await mkdtemp(join(folder, 'writable-')), { recursive: true });
  } catch (cause) {
    throw new ExplainedError({
      kind: 'disk',
      what: `cannot write to ${folder}`,
      expected: 'a folder in which files can be created',
      got: codeOf(cause),
      next,
      cause,
    });
  }
}

const codeOf = (cause: unknown): string =>
  cause instanceof Error && 'code' in cause ? String(cause.code) : String(cause);

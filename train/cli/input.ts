/** @file Reads the files that a command line names. */
import { readFile } from 'node:fs/promises';
import { ExplainedError } from '#shared/errors.ts';

/** @throws ExplainedError of kind `usage` when the file cannot be read */
export async function readInput(path: string): Promise<Uint8Array<ArrayBuffer>> {
  try {
    return new Uint8Array(await readFile(path));
  } catch (cause) {
    const got = cause instanceof Error ? cause.message : String(cause);
    throw new ExplainedError({ kind: 'usage', what: `cannot read ${path}`, expected: 'a file', got, cause });
  }
}

/** @file Atomic writes: readers see the old file or the complete new one. */
import { randomUUID } from 'node:crypto';
import { mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { ExplainedError } from '#shared/errors.ts';

const TEMPORARY = '.tmp';

/** Removes the temporary files that killed processes have left in a folder. */
export async function removeTemporaries(folder: string): Promise<void> {
  const names = await readdir(folder).catch(() => []);
  for (const name of names) {
    if (name.startsWith('.') && name.endsWith(TEMPORARY)) await rm(join(folder, name), { force: true });
  }
}

/**
 * Creates a folder and the folders above it that are missing. With `recursive`, Node's `mkdir` never returns for a folder in /proc.
 * @throws Error of the system when a folder cannot be created, or the path is a file
 */
export async function makeFolder(path: string): Promise<void> {
  const isThere = await stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );
  if (isThere) return;
  const parent = dirname(resolve(path));
  if (parent !== resolve(path)) await makeFolder(parent);
  try {
    await mkdir(path);
  } catch (error) {
    // Another process may have created it.
    if (!(await stat(path).catch(() => undefined))?.isDirectory()) throw error;
  }
}

/**
 * Writes a temporary file beside `path`, flushes it to the disk, and renames it to `path`.
 * @throws ExplainedError of kind `disk` when the file cannot be written; an existing file is then unchanged
 */
export async function writeFileAtomic(path: string, content: Uint8Array | string): Promise<void> {
  const temporary = join(dirname(path), `.${basename(path)}.${randomUUID().slice(0, 8)}${TEMPORARY}`);
  try {
    await makeFolder(dirname(path));
    const file = await open(temporary, 'w');
    try {
      await file.writeFile(content);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => {});
    throw diskError(path, error);
  }
}

/**
 * Runs `write`, which writes the file `path`.
 * @throws ExplainedError of kind `disk` when `write` throws
 */
export function orDiskError<T>(path: string, write: () => T): T {
  try {
    return write();
  } catch (error) {
    throw diskError(path, error);
  }
}

/** As `orDiskError`, for a `write` that takes its time. */
export const untilWritten = <T>(path: string, write: Promise<T>): Promise<T> =>
  write.catch((error) => {
    throw diskError(path, error);
  });

/** What helps, by the code of the error. */
const ADVICE: Record<string, string> = {
  ENOSPC: 'Free disk space or choose another folder.',
  EACCES: 'Check the permissions of the folder, or choose another one.',
};

/** Explains why the file `path` cannot be written. */
export function diskError(path: string, cause: unknown): ExplainedError {
  const { code, message } = cause as NodeJS.ErrnoException;
  return new ExplainedError({
    kind: 'disk',
    what: `cannot write ${path}`,
    got: code === 'ENOSPC' ? 'a full disk' : message,
    next: `${ADVICE[code ?? ''] ?? 'Choose another folder.'} An existing file is unchanged.`,
    cause,
  });
}

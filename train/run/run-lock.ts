/**
 * @file The lock of a run folder, which keeps two processes from training in it at once.
 *
 * A process takes the lock when it creates `.lock-<n>` with the next number: only one process can. The file with the highest number counts,
 * and contains its owner. A process that is killed cannot remove its file, but others see that the owner has ended. The newest file always
 * stays in the folder, so that no number is used twice.
 */
import { utimesSync, writeFileSync } from 'node:fs';
import { readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ExplainedError } from '#shared/errors.ts';
import { diskError } from '../files.ts';
import { describeOwner, mayRun, OWNER, SILENCE } from '../owner.ts';

const RELEASED = 'released';

const lockPath = (folder: string, number: number): string => join(folder, `.lock-${number}`);

/**
 * Takes the lock of a folder until this process ends.
 * @throws ExplainedError of kind `conflict` when another process has it, of kind `disk` when the folder cannot be written
 */
export async function lockFolder(folder: string): Promise<void> {
  while (true) {
    const last = await requireUnlocked(folder);
    const path = lockPath(folder, last + 1);
    try {
      await writeFile(path, OWNER, { flag: 'wx' });
    } catch (error) {
      // Another process was faster.
      if ((error as NodeJS.ErrnoException).code === 'EEXIST') continue;
      throw diskError(path, error);
    }
    holdUntilExit(path);
    if (last > 0) await rm(lockPath(folder, last), { force: true });
    return;
  }
}

/**
 * Checks that no process has the lock of a folder, which need not exist.
 * @returns the number of the newest lock file; 0 when there is none
 * @throws ExplainedError of kind `conflict` when a process has it
 */
export async function requireUnlocked(folder: string): Promise<number> {
  const names = await readdir(folder).catch((): string[] => []);
  const last = Math.max(0, ...names.map((name) => Number(/^\.lock-(\d+)$/.exec(name)?.[1] ?? 0)));
  if (last === 0) return last;
  const path = lockPath(folder, last);
  // The file is missing if another process has just replaced it.
  const owner = await readFile(path, 'utf8').catch(() => RELEASED);
  const written = await stat(path).catch(() => undefined);
  if (owner === RELEASED || !written || !mayRun(owner, written.mtimeMs)) return last;
  throw new ExplainedError({
    kind: 'conflict',
    what: `another process trains in ${folder}`,
    expected: 'a folder that no process uses',
    got: `${path} of ${describeOwner(owner)}`,
    next: `Wait until it ends, or choose another folder with --out. If it was killed on another machine, retry in ${SILENCE / 1000} s.`,
  });
}

/** Renews the time of the lock file, by which other machines see that this process runs. Releases the lock when the process ends. */
function holdUntilExit(path: string): void {
  const attempt = (change: () => void) => {
    try {
      change();
    } catch {
      // Somebody has removed the folder.
    }
  };
  const now = () => utimesSync(path, new Date(), new Date());
  setInterval(() => attempt(now), SILENCE / 6).unref();
  process.once('exit', () => attempt(() => writeFileSync(path, RELEASED)));
}

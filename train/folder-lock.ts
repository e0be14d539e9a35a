/**
 * @file The lock of a folder, which keeps two processes from using it at once.
 *
 * A process takes the lock when it creates `.lock-<n>` with the next number: only one process can. The file with the highest number counts,
 * and contains its owner. A process that is killed cannot remove its file, but others see that the owner has ended. The newest file always
 * stays in the folder, so that no number is used twice.
 */
import { existsSync, utimesSync } from 'node:fs';
import { readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ExplainedError } from '#shared/errors.ts';
import { diskError } from './files.ts';
import { describeOwner, mayRun, OWNER, SILENCE, silenceLeft } from './owner.ts';

/** How a process uses the folder, for errors. */
export interface Use {
  /** Such as `trains in`. */
  does: string;
  /** How to use another folder, such as `choose another folder with --out`. */
  instead: string;
}

const lockPath = (folder: string, number: number): string => join(folder, `.lock-${number}`);

/**
 * Takes the lock of a folder until this process ends.
 * @returns a function that throws an ExplainedError of kind `conflict` when the lock is lost
 * @throws ExplainedError of kind `conflict` when another process has it, of kind `disk` when the folder cannot be written
 */
export async function lockFolder(folder: string, use: Use): Promise<() => void> {
  while (true) {
    const last = await requireUnlocked(folder, use);
    const path = lockPath(folder, last + 1);
    try {
      await writeFile(path, OWNER, { flag: 'wx' });
    } catch (error) {
      // Another process was faster.
      if ((error as NodeJS.ErrnoException).code === 'EEXIST') continue;
      // On a full disk, the file is there, but it is empty.
      await rm(path, { force: true }).catch(() => {});
      throw diskError(path, error);
    }
    holdUntilExit(path);
    if (last > 0) await rm(lockPath(folder, last), { force: true });
    return () => requireHeld(folder, path);
  }
}

function requireHeld(folder: string, path: string): void {
  if (existsSync(path)) return;
  throw new ExplainedError({
    kind: 'conflict',
    what: `lost the folder ${folder}`,
    expected: path,
    got: 'no such file',
    next: `Another process took the folder over while this one stood still for ${SILENCE / 1000} s, or the folder was removed. Run the command again.`,
  });
}

/**
 * Checks that no process has the lock of a folder, which need not exist.
 * @returns the number of the newest lock file; 0 when there is none
 * @throws ExplainedError of kind `conflict` when a process has it
 */
export async function requireUnlocked(folder: string, use: Use): Promise<number> {
  const names = await readdir(folder).catch((): string[] => []);
  const last = Math.max(0, ...names.map((name) => Number(/^\.lock-(\d+)$/.exec(name)?.[1] ?? 0)));
  if (last === 0) return last;
  const path = lockPath(folder, last);
  // The file is missing if another process has just replaced it.
  const owner = await readFile(path, 'utf8').catch(() => undefined);
  const written = (await stat(path).catch(() => undefined))?.mtimeMs;
  if (owner === undefined || written === undefined || !mayRun(owner, written)) return last;
  const left = silenceLeft(owner, written);
  throw new ExplainedError({
    kind: 'conflict',
    what: `another process ${use.does} ${folder}`,
    expected: 'a folder that no process uses',
    got: `${path} of ${describeOwner(owner)}`,
    next:
      `Wait until it ends, or ${use.instead}.` +
      (left === undefined
        ? ''
        : ` It runs on another machine or in another container: if it was killed, retry in ${Math.ceil(left / 1000)} s.`),
  });
}

/**
 * Renews the time of the lock file, by which other machines see that this process runs. When the process ends, it sets the time to 1970,
 * which needs no space on the disk.
 */
function holdUntilExit(path: string): void {
  const setTime = (time: Date) => {
    try {
      utimesSync(path, time, time);
    } catch {
      // The file is gone; `requireHeld` reports it.
    }
  };
  setInterval(() => setTime(new Date()), SILENCE / 6).unref();
  process.once('exit', () => setTime(new Date(0)));
}

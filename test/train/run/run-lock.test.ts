/** @file The lock of a run folder, taken by real processes. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { readdir, readFile, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { OWNER } from '../../../train/owner.ts';
import { lockFolder, requireUnlocked } from '../../../train/run/run-lock.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

/** Locks a folder and prints the outcome, then ends when its input ends. */
const SCRIPT = `
  import { lockFolder } from './train/run/run-lock.ts';
  await lockFolder(process.argv[1]).then(() => console.log('locked'), (error) => console.log(error.message));
  process.stdin.resume();`;

const children: ChildProcess[] = [];
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
});

/** Starts a process that locks the folder. Returns it with the outcome. */
async function lockInProcess(folder: string) {
  const child = spawn(process.execPath, ['--input-type=module', '-e', SCRIPT, folder]);
  children.push(child);
  const [outcome] = await once(child.stdout.setEncoding('utf8'), 'data');
  return { child, outcome: String(outcome).trim() };
}

const lockFile = async (folder: string): Promise<string> => {
  const [name] = (await readdir(folder)).filter((name) => name.startsWith('.lock-'));
  return join(folder, name);
};

const inUse = {
  kind: 'conflict',
  message: expect.stringMatching(/another process trains in .*process \d+ on/),
};

it('is taken by one of several processes at once, also when a killed process has left it', async () => {
  const folder = temporaryFolder();
  for (let round = 0; round < 2; round++) {
    const started = await Promise.all(Array.from({ length: 5 }, () => lockInProcess(folder)));
    const holder = started.find(({ outcome }) => outcome === 'locked');
    const refused = started.filter((one) => one !== holder).map(({ outcome }) => outcome);
    expect(refused).toEqual(
      Array(4).fill(expect.stringContaining(`another process trains in ${folder}: expected a folder`)),
    );
    await expect(requireUnlocked(folder)).rejects.toMatchObject({
      message: expect.stringContaining(`process ${holder?.child.pid} on`),
    });
    holder?.child.kill('SIGKILL');
    await once(holder?.child as ChildProcess, 'exit');
  }
  await lockFolder(folder);
});

it('is kept by a process that does not write for a long time, such as a stopped one', async () => {
  const folder = temporaryFolder();
  await lockInProcess(folder);
  await utimes(await lockFile(folder), 0, 0);
  await expect(lockFolder(folder)).rejects.toMatchObject(inUse);
});

it('is released when its process ends, for all machines', async () => {
  const folder = temporaryFolder();
  const { child } = await lockInProcess(folder);
  child.stdin?.end();
  await once(child, 'exit');
  expect(await readFile(await lockFile(folder), 'utf8')).toBe('released');
  await lockFolder(folder);
  await expect(requireUnlocked(folder)).rejects.toMatchObject(inUse);
});

it('of a process on another machine is taken when that has not written for a minute', async () => {
  const folder = temporaryFolder();
  const path = join(folder, '.lock-1');
  await writeFile(path, '1-1@elsewhere-1');
  await expect(lockFolder(folder)).rejects.toMatchObject({
    message: expect.stringContaining('process 1 on elsewhere'),
  });
  const before = Date.now() / 1000 - 61;
  await utimes(path, before, before);
  await lockFolder(folder);
  expect(await readdir(folder)).toEqual(['.lock-2']);
});

it.skipIf(!existsSync('/proc/self/stat'))(
  'of an ended process is taken when a later process has the same id',
  async () => {
    const folder = temporaryFolder();
    await writeFile(join(folder, '.lock-1'), OWNER.replace(/-\d+@/, '-1@'));
    await lockFolder(folder);
  },
);

it('is not needed for a folder that does not exist', async () => {
  expect(await requireUnlocked(join(temporaryFolder(), 'none'))).toBe(0);
});

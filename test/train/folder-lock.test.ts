/** @file The lock of a folder, taken by real processes. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { readdir, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import * as locks from '../../train/folder-lock.ts';
import { OWNER } from '../../train/owner.ts';
import { run } from '../support/command.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const USE: locks.Use = { does: 'trains in', instead: 'choose another folder' };
const lockFolder = (folder: string) => locks.lockFolder(folder, USE);
const requireUnlocked = (folder: string) => locks.requireUnlocked(folder, USE);

/** Locks a folder and prints the outcome, then ends when its input ends. */
const SCRIPT = `
  import { lockFolder } from './train/folder-lock.ts';
  await lockFolder(process.argv[1], ${JSON.stringify(USE)}).then(() => console.log('locked'), (error) => console.log(error.message));
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
  await expect(lockFolder(folder)).rejects.not.toThrow('retry');
});

it('is released when its process ends, for all machines', async () => {
  const folder = temporaryFolder();
  const { child } = await lockInProcess(folder);
  child.stdin?.end();
  await once(child, 'exit');
  expect((await stat(await lockFile(folder))).mtimeMs).toBe(0);
  await lockFolder(folder);
  await expect(requireUnlocked(folder)).rejects.toMatchObject(inUse);
});

it('of a process on another machine is taken when that has not written for a minute', async () => {
  const folder = temporaryFolder();
  const path = join(folder, '.lock-1');
  await writeFile(path, '1-1@elsewhere-1');
  await expect(lockFolder(folder)).rejects.toThrow(
    /process 1 on elsewhere\. Wait .* in another container: if it was killed, retry in (60|5\d) s\.$/,
  );
  const before = Date.now() / 1000 - 61;
  await utimes(path, before, before);
  await lockFolder(folder);
  expect(await readdir(folder)).toEqual(['.lock-2']);
});

it('of a machine with the same name is not looked up among the processes of this one', async () => {
  const folder = temporaryFolder();
  // A process that has ended here may run there.
  await writeFile(join(folder, '.lock-1'), OWNER.replace(/^\d+/, '999999999').replace(/-[^-]+$/, '-other.1'));
  await expect(lockFolder(folder)).rejects.toMatchObject(inUse);
});

it('is not left behind when the disk is full', async () => {
  const folder = temporaryFolder();
  const args = ['-c', 'ulimit -f 0; exec "$@" < /dev/null', 'bash', process.execPath];
  const { stdout } = await run('bash', [...args, '--input-type=module', '-e', SCRIPT, folder]);
  expect(stdout).toMatch(/^cannot write .*\.lock-1: got EFBIG/);
  expect(await readdir(folder)).toEqual([]);
});

it('is lost when another process has taken it, or the folder was removed', async () => {
  const folder = temporaryFolder();
  const requireHeld = await lockFolder(folder);
  requireHeld();
  await rm(folder, { recursive: true });
  expect(requireHeld).toThrow(/^lost the folder .*expected .*\.lock-1, got no such file/);
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

/**
 * @file Run folders when several trainings start at once.
 * @module-tag slow
 */
import { existsSync, rmSync } from 'node:fs';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { runTrainer } from '../../support/command.ts';
import { dataFolder, describeWithData } from '../../support/data.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const JOB = ['train', '--data', `${dataFolder}`, '--device', 'cpu', '--models', 'v0', '--no-calibration'];
const SHORT = [...JOB, '--epochs', '1'];

const imagesIn = async (folder: string) => {
  const read = async (file: string) => JSON.parse(await readFile(join(folder, file), 'utf8'));
  const [summary, settings, manifest] = await Promise.all(
    ['summary.json', 'settings.json', 'v0.json'].map(read),
  );
  return [summary.images.train, settings.limit, manifest.training.images];
};

describeWithData('several trainings at once', () => {
  it('get folders of their own, each with the results of one training', async () => {
    const cwd = temporaryFolder();
    const limits = [1000, 1100, 1200];
    const ended = await Promise.all(
      limits.map((limit) => runTrainer([...SHORT, '--limit', `${limit}`], { cwd })),
    );
    expect(ended.map(({ code, stderr }) => ({ code, stderr }))).toEqual(
      Array(3).fill({ code: 0, stderr: '' }),
    );
    const folders = await readdir(join(cwd, 'runs'));
    const images = await Promise.all(folders.map((folder) => imagesIn(join(cwd, 'runs', folder))));
    expect(images.toSorted()).toEqual(limits.map((limit) => [limit, limit, limit]));
    const named = ended.map(({ stdout }) => /Run folder: runs\/(.*)/.exec(stdout)?.[1]);
    expect(named.toSorted()).toEqual(folders.toSorted());
  });

  it('cannot share a folder: one trains, and the others name the reason', async () => {
    const out = join(temporaryFolder(), 'run');
    const limits = [1000, 1100, 1200];
    const ended = await Promise.all(
      limits.map((limit) => runTrainer([...SHORT, '--out', out, '--limit', `${limit}`])),
    );
    const winner = ended.findIndex(({ code }) => code === 0);
    const refused = ended.toSpliced(winner, 1);
    for (const { code, stderr } of refused) {
      expect(stderr).toMatch(/another process trains in|already contains a run/);
      expect([2, 7]).toContain(code);
    }
    expect(await imagesIn(out)).toEqual(Array(3).fill(limits[winner]));
  });

  it('ends when the folder is removed, and does not create it again', async () => {
    const out = join(temporaryFolder(), 'run');
    const job = [...JOB, '--checkpoint-every', '0.1', '--epochs', '1000', '--out', out];
    let removed = false;
    const { code, stderr } = await runTrainer(job, {
      onOutput: (output) => {
        if (output.includes('Epoch: 1\n') && !removed) rmSync(out, { recursive: true, maxRetries: 3 });
        removed = output.includes('Epoch: 1\n');
      },
    });
    expect([code, stderr]).toEqual([7, expect.stringContaining(`lost the folder ${out}`)]);
    expect(existsSync(out)).toBe(false);
  });

  it('cannot resume with settings that were edited', async () => {
    const out = join(temporaryFolder(), 'run');
    expect(await runTrainer([...SHORT, '--limit', '320', '--out', out])).toMatchObject({ code: 0 });
    const path = join(out, 'settings.json');
    const settings = JSON.parse(await readFile(path, 'utf8'));
    const resume = async (change: object) => {
      await writeFile(path, JSON.stringify({ ...settings, ...change }));
      return runTrainer(['train', '--resume', out]);
    };
    for (const [change, message] of [
      [{ epochs: 2 }, 'epochs has changed since the run began: expected 1, got 2'],
      [{ limit: 640 }, 'images has changed since the run began: expected {"train":320'],
    ] as const) {
      expect(await resume(change)).toMatchObject({ code: 2, stderr: expect.stringContaining(message) });
    }
    // Threads do not change the result.
    expect(await resume({ threads: 1 })).toMatchObject({ code: 0, stderr: '' });
  });

  it('cannot resume a run that still trains', async () => {
    const out = join(temporaryFolder(), 'run');
    let second: ReturnType<typeof runTrainer> | undefined;
    const first = await runTrainer([...JOB, '--epochs', '1000', '--out', out], {
      onOutput: (output, child) => {
        if (second || !output.includes('Epoch: 0')) return;
        second = runTrainer(['train', '--resume', out]);
        void second.then(() => child.kill('SIGKILL'));
      },
    });
    expect(first.signal).toBe('SIGKILL');
    expect(await second).toMatchObject({
      code: 7,
      stderr: expect.stringMatching(/another process trains in .*process \d+ on .*Wait until it ends/),
    });
  });
});

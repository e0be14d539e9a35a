/**
 * @file Sweeps whose processes are killed: every point is trained once, to the same weights as without interruption.
 * @module-tag slow
 */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { lazy } from '../../../shared/lazy.ts';
import { modelKey } from '../../../shared/manifest.ts';
import { loadDataset } from '../../../train/dataset/fashion-mnist/load.ts';
import { openEngine } from '../../../train/engine/open.ts';
import { ensureTrained } from '../../../train/jobs/ensure-trained.ts';
import { readGrid } from '../../../train/jobs/grid.ts';
import { leaderboard } from '../../../train/jobs/leaderboard.ts';
import { sweep } from '../../../train/jobs/sweep.ts';
import { type FinishedRecord, readRecord } from '../../../train/jobs/training-record.ts';
import { memoryStore } from '../../../train/store/memory.ts';
import { type Ended, type OnOutput, runTrainer } from '../../support/command.ts';
import { dataFolder, describeWithData } from '../../support/data.ts';
import { BACKENDS, type RunningStore, storeEnvironment, WRANGLER } from '../../support/object-stores.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const SHARES = 4;
/** Two points per process, with a checkpoint after each step, so that a killed process leaves one. */
const GRID = {
  ...{ recipe: 'lab', models: 'tinyvgg', epochs: 2, limit: 160, heldOut: 500, calibration: false },
  ...{ device: 'cpu', threads: 1, checkpointEvery: 0 },
  ...{ seed: [0, 1, 2, 3], learningRate: [0.05, 0.1] },
};

async function gridFile(config: object): Promise<string> {
  const path = join(temporaryFolder(), 'grid.json');
  await writeFile(path, JSON.stringify(config));
  return path;
}

describeWithData('sweep with a concurrent engine', (data) => {
  it('reaches the same versions as one after the other, and names the point in each line', async () => {
    const path = await gridFile({
      ...GRID,
      models: 'v0',
      checkpointEvery: 30,
      seed: [0, 1, 2],
      learningRate: 0.1,
    });
    const grid = await readGrid(path);
    const versionsAt = async (concurrency: number) => {
      const store = memoryStore();
      const lines: string[] = [];
      const cpu = await openEngine('cpu', { threads: 1 });
      await sweep(
        store,
        grid,
        { index: 0, shares: 1 },
        {
          dataset: async () => data(),
          engine: async () => ({ ...cpu, concurrency }),
          signal: new AbortController().signal,
          log: (line) => lines.push(line),
        },
      );
      const records = await Promise.all(grid.points.map(({ training }) => readRecord(store, training.key)));
      return { lines, versions: records.map((record) => (record as FinishedRecord).version) };
    };
    const [alone, together] = [await versionsAt(1), await versionsAt(2)];
    expect(together.versions).toEqual(alone.versions);
    expect(new Set(alone.versions).size).toBe(3);
    expect(together.lines.every((line) => /^\[model v0, seed \d\] /.test(line))).toBe(true);
    // The second begins before the first has ended.
    const begun = together.lines.findIndex((line) => line.includes('seed 1] Point 2 of 3'));
    const ended = together.lines.findIndex((line) => line.includes('seed 0] Total training time'));
    expect(begun).toBeLessThan(ended);
  });
});

describe.each(BACKENDS.filter(({ name }) => name !== 'memory'))('a sweep over $name', (backend) => {
  const missing = backend.missing ?? (dataFolder ? undefined : 'set FASHION_MNIST_DIR');
  if (missing) {
    it.skip(`(skipped: ${missing})`, () => {});
    return;
  }
  let server: RunningStore;
  let grid: string;
  const trainer = (args: string[], env: Record<string, string> = {}, onOutput?: OnOutput): Promise<Ended> =>
    runTrainer(args, { env: { ...storeEnvironment(server), ...env }, onOutput });
  const share = (index: number, onOutput?: OnOutput): Promise<Ended> =>
    trainer(
      ['sweep', '--grid', grid],
      { JOB_COMPLETION_INDEX: String(index), SWEEP_SHARES: String(SHARES) },
      onOutput,
    );

  beforeAll(async () => {
    server = await backend.start();
    grid = await gridFile(GRID);
  });
  afterAll(() => server?.stop());

  // On one store: each process writes only its own points, and the contract of the stores is tested on all of them.
  if (backend === WRANGLER) {
    it('has a record for each point after two of its four processes were killed and restarted', async () => {
      const killed: number[] = [];
      const first = await Promise.all(
        [0, 1, 2, 3].map((index) =>
          share(index, (output, child) => {
            // During the second epoch of its first point, or of its second point.
            const point = index === 1 ? 1 : 2;
            if (index % 2 === 0 || killed.includes(index)) return;
            if (
              !output.includes(`Point ${point} of 2`) ||
              !output.split(`Point ${point} of 2`)[1].includes('Epoch: 1')
            )
              return;
            killed.push(index);
            child.kill('SIGKILL');
          }),
        ),
      );
      expect(first.map(({ code, signal }) => signal ?? code)).toEqual([0, 'SIGKILL', 0, 'SIGKILL']);
      const before = await leaderboard(server.store, await readGrid(grid));
      expect(before).toMatchObject({ points: 8, finished: 5, missing: 3, diverged: 0 });

      // Kubernetes restarts the killed indices. Index 0 has finished, and runs again as well.
      const second = await Promise.all([0, 1, 3].map((index) => share(index)));
      expect(second.map(({ code, stderr }) => [code, stderr.split('\n').length])).toEqual([
        [0, 2],
        [0, 2],
        [0, 2],
      ]);
      expect(second[0].stdout.match(/was trained before/g)).toHaveLength(2);
      expect(second[1].stdout).toMatch(/Point 1 of 2.*Resuming after step \d+/s);
      expect(second[2].stdout).toMatch(
        /Point 1 of 2.*was trained before.*Point 2 of 2.*Resuming after step \d+/s,
      );
      expect(await server.store.list('records/')).toHaveLength(8);

      // The killed points have the versions of an uninterrupted training, and their releases are in the store.
      const { points } = await readGrid(grid);
      const context = {
        dataset: lazy(() => loadDataset({ folder: dataFolder })),
        engine: () => openEngine('cpu', { threads: 1 }),
        signal: new AbortController().signal,
        log: () => {},
      };
      for (const i of [1, 7]) {
        const { training } = points[i];
        const { version } = (await readRecord(server.store, training.key)) as FinishedRecord;
        expect(await ensureTrained(memoryStore(), training, context)).toMatchObject({ version });
        for (const file of ['onnx', 'json', 'safetensors'] as const) {
          expect(await server.store.get(modelKey('tinyvgg', version, file))).toBeDefined();
        }
      }

      const { stdout } = await trainer(['leaderboard', '--grid', grid]);
      expect(stdout).toContain('8 of 8 points trained.');
      const { lines } = await leaderboard(server.store, await readGrid(grid));
      expect(lines.map(({ finished, missing }) => [finished, missing])).toEqual([
        [4, 0],
        [4, 0],
      ]);
      expect(lines[0].heldOut?.mean).toBeGreaterThanOrEqual(lines[1].heldOut?.mean ?? 1);
      expect(lines[0].heldOut?.deviation).toBeGreaterThan(0);
    });
  }

  it('resumes after SIGTERM, and counts a point that diverges as a result', async () => {
    const path = await gridFile({ ...GRID, checkpointEvery: 30, seed: [7], learningRate: [0.1, 1e30] });
    let sent = false;
    const args = ['sweep', '--grid', path];
    const stopped = await trainer(args, {}, (output, child) => {
      if (sent || !output.includes('Epoch: 1')) return;
      sent = true;
      child.kill('SIGTERM');
    });
    expect(stopped).toMatchObject({
      code: 143,
      stderr: expect.stringContaining('a checkpoint in the store'),
    });
    const resumed = await trainer(args);
    expect(resumed).toMatchObject({ code: 0, stdout: expect.stringMatching(/Resuming after step \d+/) });
    expect(resumed.stdout).toContain('This point diverged: training diverged');
    expect(await leaderboard(server.store, await readGrid(path))).toMatchObject({
      ...{ points: 2, finished: 1, diverged: 1, missing: 0 },
    });
    expect((await trainer(args)).stdout.match(/was trained before/g)).toHaveLength(2);
  });
});

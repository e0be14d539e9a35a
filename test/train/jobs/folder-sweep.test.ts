/** @file Sweeps on a folder of images. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { openEngine } from '../../../train/engine/open.ts';
import { openJobFolder } from '../../../train/jobs/folder-dataset.ts';
import { readGrid } from '../../../train/jobs/grid.ts';
import { leaderboard } from '../../../train/jobs/leaderboard.ts';
import { sweep } from '../../../train/jobs/sweep.ts';
import { readRecord } from '../../../train/jobs/training-record.ts';
import { memoryStore } from '../../../train/store/memory.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { folderOf, images, tinyPng } from '../dataset/folder/image-folder.ts';

/** Trains all points of a grid. Returns the lines of output. */
async function sweepAll(grid: Awaited<ReturnType<typeof readGrid>>, store: ReturnType<typeof memoryStore>) {
  const lines: string[] = [];
  const engine = await openEngine('cpu', { threads: 1 });
  await sweep(
    store,
    grid,
    { index: 0, shares: 1 },
    {
      dataset: openJobFolder,
      engine: async () => engine,
      signal: new AbortController().signal,
      log: (line) => lines.push(line),
    },
  );
  return lines;
}

it('a sweep trains each point on a folder once, and the leaderboard ranks them by the validation images', async () => {
  const data = await folderOf({ ...images('a', 40, 1), ...images('b', 40, 101) });
  const path = join(temporaryFolder(), 'grid.json');
  const config = { recipe: 'photos', epochs: 2, calibration: false, imageSize: [8, 9] };
  await writeFile(path, JSON.stringify(config));
  const store = memoryStore();
  const grid = await readGrid(path, data);
  expect(new Set(grid.points.map(({ training }) => training.key)).size).toBe(2);
  await sweepAll(grid, store);

  const { validation } = await openJobFolder({ data, imageSize: 8 });
  for (const { training } of grid.points) {
    expect(await readRecord(store, training.key)).toMatchObject({
      outcome: 'finished',
      heldOut: { images: validation?.count },
    });
  }
  const board = await leaderboard(store, grid);
  expect(board).toMatchObject({ points: 2, finished: 2 });
  expect(board.lines[0].heldOut?.mean).toBeGreaterThanOrEqual(board.lines[1].heldOut?.mean ?? 1);
  expect((await sweepAll(await readGrid(path, data), store)).join()).toMatch(
    /was trained before.*was trained before/s,
  );
});

it('the key of a training changes with the images of the folder', async () => {
  const files = { ...images('a', 40, 1), ...images('b', 40, 101) };
  const path = join(temporaryFolder(), 'grid.json');
  await writeFile(path, JSON.stringify({ recipe: 'photos', imageSize: 8 }));
  const keyOf = async (data: string) => (await readGrid(path, data)).points[0].training.key;
  const key = await keyOf(await folderOf(files));
  expect(await keyOf(await folderOf(files))).toBe(key);
  expect(await keyOf(await folderOf({ ...files, 'a/new.png': tinyPng(777) }))).not.toBe(key);
});

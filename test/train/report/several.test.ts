/** @file The page that compares several runs, and draws the seeds of a setting together. */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { reportSeveral } from '../../../train/report/several/report.ts';
import { spreadOf } from '../../../train/report/several/series.ts';
import type { Summary } from '../../../train/run/summary.ts';
import { runTrainer } from '../../support/command.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { makeRun } from './invented-run.ts';
import { elements, readReport, textOf } from './rendered-report.ts';

/** Makes a run of v0 with a test accuracy. */
async function runOf(accuracy: number, changes: Partial<Summary>): Promise<string> {
  const folder = await makeRun(['v0'], changes);
  const path = join(folder, 'summary.json');
  const summary: Summary = JSON.parse(await readFile(path, 'utf8'));
  const epochs = summary.models.v0.epochs.map((epoch) => ({ ...epoch, testAccuracy: accuracy }));
  summary.models.v0 = { ...summary.models.v0, epochs };
  await writeFile(path, JSON.stringify(summary));
  return folder;
}

/** Writes the page of runs, and reads it. */
async function comparisonOf(...runs: string[]) {
  const folder = temporaryFolder();
  await reportSeveral(runs, join(folder, 'report'));
  return readReport(folder);
}

const cellsOf = (page: Awaited<ReturnType<typeof readReport>>['page'], table: number) =>
  elements(elements(page, 'table')[table], 'tr')
    .slice(1)
    .map((row) => [...elements(row, 'th'), ...elements(row, 'td')].map(textOf));

describe('the page of several runs', () => {
  it('has mean, deviation and range of the seeds of each setting, and names what differs', async () => {
    const { page, names, figure } = await comparisonOf(
      await runOf(0.8, { seed: 1 }),
      await runOf(0.83, { seed: 2 }),
      await runOf(0.9, { seed: 1, learningRate: 0.2 }),
      await makeRun([], {
        ...{ seed: 2, learningRate: 0.2 },
        diverged: { v0: { epoch: 0, step: 17, why: 'training diverged' } },
      }),
    );
    expect(names).toEqual(['accuracy.svg', 'index.html', 'loss.svg', 'seeds.svg']);
    expect(textOf(elements(page, 'p')[0])).toMatch(/^The runs differ in learning rate, and in their seeds\./);
    expect(cellsOf(page, 0).map((cells) => cells.slice(0, 4))).toEqual([
      ['v0, learning rate 0.1', '2', '81.50 % ± 2.12', '80.00 % to 83.00 %'],
      ['v0, learning rate 0.2', '1, 1 diverged', '90.00 %', '–'],
    ]);
    expect(textOf(elements(page, 'p')[1])).toBe(
      'v0, learning rate 0.2: 90.00 % of the test images are classified correctly, 8.50 points more than the second best, v0, learning rate 0.1.',
    );
    expect(cellsOf(page, 1).map((cells) => cells.slice(2))).toEqual([
      ['1', '80.00 %'],
      ['2', '83.00 %'],
      ['1', '90.00 %'],
      ['2', 'diverged at step 17'],
    ]);
    expect(figure('accuracy').getAttribute('aria-label')).toContain(
      'v0, learning rate 0.1: 81.50\u00a0% after 2 epochs',
    );
    expect(figure('seeds').getAttribute('aria-label')).toContain(
      'v0, learning rate 0.1: 80.00\u00a0%, 83.00\u00a0%;',
    );
    // No label of the legend is cut.
    expect(elements(figure('accuracy'), 'text').map(textOf)).toContain('v0, learning rate 0.1');
    for (const head of elements(page, 'th')) expect(['col', 'row']).toContain(head.getAttribute('scope'));
  });

  it('draws the seeds of one setting as one line, with a band from the lowest to the highest', async () => {
    const { page, figure } = await comparisonOf(
      await runOf(0.8, { seed: 1 }),
      await runOf(0.9, { seed: 2 }),
      await runOf(0.82, { seed: 3 }),
    );
    expect(textOf(elements(page, 'p')[0])).toMatch(
      /^The runs have the same settings, and differ in their seeds\./,
    );
    const paths = elements(figure('accuracy'), 'path');
    const bands = paths.filter(
      (path) => path.getAttribute('fill-opacity') === '0.18' || path.getAttribute('opacity') === '0.18',
    );
    expect(bands).toHaveLength(1);
    // Both epochs have the same values: the band is a rectangle, from 80 to 90 %.
    const heights = [...(bands[0].getAttribute('d') ?? '').matchAll(/[ML]?[\d.]+,([\d.]+)/g)].map(([, y]) =>
      Number(y),
    );
    expect(new Set(heights.map((height) => height.toFixed(3))).size).toBe(2);
    expect(
      elements(figure('seeds'), 'path').filter(
        (path) => path.getAttribute('fill-opacity') === '0.85' || path.getAttribute('opacity') === '0.85',
      ),
    ).toHaveLength(3);
  });

  it('says that runs with other test images do not compare', async () => {
    const { page } = await comparisonOf(
      await runOf(0.8, {}),
      await runOf(0.9, { images: { train: 6400, test: 500 } }),
    );
    expect(textOf(page)).toContain(
      'They were tested on different images, so their accuracies do not compare.',
    );
  });

  it('has no figures for more settings than they tell apart', async () => {
    const runs = await Promise.all(
      Array.from({ length: 13 }, (_, i) => runOf(0.8, { learningRate: 0.01 * (i + 1) })),
    );
    const { names, page } = await comparisonOf(...runs);
    expect(names).toEqual(['index.html']);
    expect(elements(page, 'li').map(textOf)).toEqual([
      expect.stringMatching(/^No figures: .* at most 12 .* there are 13\.$/),
    ]);
    expect(cellsOf(page, 0)).toHaveLength(13);
  });

  it('is written by `report` with several --run, which refuses one that is named twice', async () => {
    const runs = [await runOf(0.8, { seed: 1 }), await runOf(0.9, { seed: 2 })];
    const out = join(temporaryFolder(), 'page');
    const flags = ['--run', runs[0], '--run', runs[1], '--out', out];
    expect(await runTrainer(['report', ...flags])).toMatchObject({
      ...{ code: 0, stderr: '' },
      stdout: expect.stringContaining(`Report: ${join(out, 'index.html')}`),
    });
    expect(await runTrainer(['report', ...flags, '--run', runs[0]])).toMatchObject({
      code: 2,
      stderr: expect.stringContaining(`--run names ${runs[0]} twice`),
    });
  });
});

it('spreadOf is the mean and the sample standard deviation', () => {
  expect(spreadOf([2, 4, 4, 4, 5, 5, 7, 9])).toEqual({ mean: 5, deviation: Math.sqrt(32 / 7) });
  expect(spreadOf([3])).toEqual({ mean: 3, deviation: undefined });
  expect(spreadOf([])).toBeUndefined();
});

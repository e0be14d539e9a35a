/** @file The training curves of the lab's models. */
import { readFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import type { LabRecords } from '#shared/lab-records.ts';
import { accuracyChart, lossChart } from '../../../web/explore/training-curves.ts';

it('the training curves end at the metrics of the release, and have a description', async () => {
  const records = JSON.parse(await readFile('release/lab/records.json', 'utf8')) as LabRecords;
  for (const name of ['v0', 'v1', 'tinyvgg']) {
    const { metrics } = JSON.parse(await readFile(`release/lab/${name}.json`, 'utf8'));
    const last = records.models[name].epochs.at(-1);
    expect(last).toMatchObject({ testLoss: metrics.testLoss, testAccuracy: metrics.testAccuracy });
    expect(
      accuracyChart(records)
        .lines.find((line) => line.name === name)
        ?.points.at(-1),
    ).toEqual([3, 100 * metrics.testAccuracy]);
  }
  const loss = lossChart(records);
  expect(loss.description).toContain('tinyvgg: 0.391, 0.350, 0.311');
  expect(loss.lines.every(({ points }) => points.length === 225)).toBe(true);
});

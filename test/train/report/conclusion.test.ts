/** @file The report's conclusion about the models. */
import { describe, expect, it } from 'vitest';
import { conclusion } from '../../../train/report/facts.ts';
import { readResults } from '../../../train/report/results.ts';
import { makeRun } from './invented-run.ts';

describe('the conclusion', () => {
  it.each([
    [['tinyvgg'] as const, /^tinyvgg classifies 88\.00 % of .* correctly, after 40\.0 s of training\.$/],
    [
      ['v0', 'v1'] as const,
      /^v1 .* 1\.00 points more than the second best, v0\. .* 2 times as long: 1\.0 s for each additional point\.$/,
    ],
  ])('compares %j', async (names, sentence) => {
    const { models } = await readResults(await makeRun(names));
    expect(conclusion(models).replaceAll('\u00a0', ' ')).toMatch(sentence);
  });

  it('states no price of a point when the best model is fastest or equally accurate', async () => {
    const { models } = await readResults(await makeRun(['v0', 'v1']));
    const [v0, v1] = models;
    expect(conclusion([{ ...v0, trainSeconds: 9 }, v1])).toMatch(/Its training took no longer\.$/);
    expect(conclusion([v0, { ...v1, final: v0.final, trainSeconds: 0.5 }])).not.toMatch(/Infinity|NaN/);
  });
});

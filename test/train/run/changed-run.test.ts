/** @file Runs that are limited, that diverge, that train for longer, or that export another epoch later. */
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { report } from '../../../train/report/report.ts';
import { readMetrics } from '../../../train/run/metrics-file.ts';
import { openRun, trainModels } from '../../../train/run/run.ts';
import { resolveSettings } from '../../../train/run/settings.ts';
import { readSummary } from '../../../train/run/summary.ts';
import { comparisonTable } from '../../../train/run/tables.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { folderOf, images } from '../dataset/folder/image-folder.ts';
import { elements, readReport, textOf } from '../report/rendered-report.ts';

let data: string;
beforeAll(async () => {
  data = await folderOf({ ...images('things/a', 150, 1), ...images('things/b', 150, 301) });
  data = join(data, 'things');
});

const newFolder = () => join(temporaryFolder(), 'run');

/** Trains as `npm run train` does, and returns what it printed. */
async function train(flags: Record<string, unknown>): Promise<string> {
  const lines: string[] = [];
  const spies = (['log', 'error'] as const).map((name) =>
    vi.spyOn(console, name).mockImplementation((line: string) => void lines.push(line)),
  );
  try {
    const run = await openRun(await resolveSettings(flags));
    await trainModels(run, new AbortController().signal);
    // As at the end of its process: the folder can be opened again.
    for (const name of ['.lock-1', '.lock-2']) await rm(join(run.folder, name), { force: true });
  } finally {
    for (const spy of spies) spy.mockRestore();
  }
  return lines.join('\n');
}

const flagsOf = (out: string) => ({
  ...{ data, out, models: 'v0', device: 'cpu', threads: 1, imageSize: 8, calibration: false },
  ...{ augmentation: 'none', schedule: 'constant', epochs: 2 },
});
const textIn = (folder: string, name: string) => readFile(join(folder, name), 'utf8');

describe('--limit', () => {
  it('is named for the training and the test images, in the output, the manifest and the report', {
    tags: ['slow'],
  }, async () => {
    const [whole, out] = [newFolder(), newFolder()];
    expect(await train(flagsOf(whole))).not.toContain('--limit');
    expect(JSON.parse(await textIn(whole, 'things.json')).training).not.toHaveProperty('testImages');
    const { images } = await readSummary(whole);
    const output = await train({ ...flagsOf(out), limit: 32 });
    expect(output).toContain(
      `--limit: only the first 32 of ${images.train} training images and 32 of ${images.test} test images. The accuracy is that of these test images.`,
    );
    expect(await readSummary(out)).toMatchObject({ images: { train: 32, test: 32 }, wholeImages: images });
    expect(JSON.parse(await textIn(out, 'things.json')).training).toMatchObject({
      images: 32,
      testImages: 32,
    });
    await report({ run: out });
    const { page } = await readReport(out);
    expect(elements(page, 'p').map(textOf)[0]).toContain(
      `32 of ${images.train} training images, 32 of ${images.test} test images`,
    );
  });
});

describe('a model that diverges', () => {
  it('is a result: the others are trained, and the table and the report name its step', async () => {
    const out = newFolder();
    // Large steps leave the ReLUs of v1 at 0, and its losses finite.
    const flags = { ...flagsOf(out), models: 'v0,v1', optimizer: 'sgd', learningRate: 100 };
    const output = await train(flags);
    const { diverged = {}, models } = await readSummary(out);
    expect([Object.keys(diverged), Object.keys(models)]).toEqual([['v0'], ['v1']]);
    const { step, epoch, why } = diverged.v0;
    expect(why).toContain(`training diverged: epoch ${epoch}, step ${step}`);
    expect(output).toContain(`error: v0: ${why}`);
    expect(comparisonTable({ models, diverged, recipe: 'edge' })).toContain(`diverged at step ${step} `);
    await report({ run: out });
    const { page } = await readReport(out);
    expect(elements(page, 'li').map(textOf).join()).toContain(
      `v0 diverged at step ${step}, in epoch ${epoch + 1} of 2`,
    );
    expect(textOf(page)).not.toContain('has not started');
    // Resuming repeats neither.
    expect(await train({ resume: out })).not.toContain('Epoch');
  });
});

describe('--resume', () => {
  it('with more --epochs ends with the model of a longer run', async () => {
    const [longer, resumed] = [newFolder(), newFolder()];
    await train({ ...flagsOf(longer), epochs: 4, calibration: true });
    await train({ ...flagsOf(resumed), epochs: 1, calibration: true });
    await train({ resume: resumed, epochs: 4 });
    expect(await textIn(resumed, 'things.json')).toBe(await textIn(longer, 'things.json'));
    expect(JSON.parse(await textIn(resumed, 'settings.json')).epochs).toBe(4);
    const entries = async (folder: string) =>
      (await readMetrics(join(folder, 'metrics.jsonl'))).map((entry) => ({ ...entry, seconds: 0 }));
    expect(await entries(resumed)).toEqual(await entries(longer));
    // Nothing is left to do.
    expect(await train({ resume: resumed })).not.toContain('Epoch');
    await expect(train({ resume: resumed, epochs: 3 })).rejects.toThrow(
      /with --epochs 3: expected at least the 4 epochs of the run/,
    );
  });

  it('warns that a schedule depends on the number of epochs', async () => {
    const out = newFolder();
    await train({ ...flagsOf(out), schedule: 'cosine', epochs: 1 });
    expect(await train({ resume: out, epochs: 2 })).toContain(
      'Warning: the schedule cosine depends on the number of epochs.',
    );
  });

  it('with --select best exports the best epoch on the validation images, as a run that began with it', async () => {
    const [best, last] = [newFolder(), newFolder()];
    const flags = (out: string) => ({ ...flagsOf(out), epochs: 6, optimizer: 'adamw', learningRate: 1 });
    await train({ ...flags(best), select: 'best' });
    const { chosen } = (await readSummary(best)).models.v0;
    expect(chosen).toBeLessThan(5);
    await train(flags(last));
    expect(await textIn(last, 'things.json')).not.toBe(await textIn(best, 'things.json'));
    expect(await train({ resume: last, select: 'best' })).toContain(
      `Chose epoch ${chosen}: validation accuracy`,
    );
    expect(await textIn(last, 'things.json')).toBe(await textIn(best, 'things.json'));
  });
});

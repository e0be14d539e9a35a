/**
 * @file The scheduled retraining on a folder of images.
 * @module-tag slow
 */
import { copyFile, mkdir, rm, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { openEngine } from '../../../train/engine/open.ts';
import { openJobFolder } from '../../../train/jobs/folder-dataset.ts';
import { retrain } from '../../../train/jobs/retrain.ts';
import { planRetrain } from '../../../train/jobs/retrain-plan.ts';
import { Generator } from '../../../train/random.ts';
import { push, status } from '../../../train/registry/registry.ts';
import { colourPng } from '../../../train/report/png.ts';
import { settingsOf } from '../../../train/run/settings.ts';
import { memoryStore } from '../../../train/store/memory.ts';
import type { ObjectStore } from '../../../train/store/store.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

/** Returns a PNG file of 8 × 8 pixels around a grey value. */
function noisyPng(grey: number, seed: number): Buffer {
  const noise = Generator.seeded(seed);
  return colourPng(
    Uint8Array.from({ length: 192 }, () => grey + (noise.random() % 40)),
    8,
  );
}

const CLASSES = { dark: 0, light: 200, medium: 100 };

/** Adds images to a class of a folder. */
async function add(data: string, label: keyof typeof CLASSES, count: number, first = 0): Promise<void> {
  await mkdir(join(data, label), { recursive: true });
  for (let i = first; i < first + count; i++)
    await writeFile(join(data, label, `${i}.png`), noisyPng(CLASSES[label], 1000 * CLASSES[label] + i));
}

const SMALL = {
  ...{ recipe: 'photos', epochs: 8, batchSize: 8, calibration: false, imageSize: 8, colour: 'grey' },
  ...{ augmentation: 'none', learningRate: 0.01, device: 'cpu', threads: 1 },
};

describe('retrain on a folder', () => {
  let data: string;
  let name: string;
  let store: ObjectStore;
  let lines: string[];
  beforeEach(async () => {
    data = join(temporaryFolder(), `shades-${Math.random().toString(36).slice(2, 8)}`);
    name = basename(data);
    await add(data, 'dark', 60);
    await add(data, 'light', 60);
    store = memoryStore();
    lines = [];
  });

  const settings = (changes: object = {}) => settingsOf({ ...SMALL, data, ...changes }, 'test');
  const run = (changes: object = {}, tolerance = 0.1) =>
    retrain(
      store,
      settings(changes),
      { alias: 'stable', tolerance },
      {
        dataset: openJobFolder,
        engine: () => openEngine('cpu', { threads: 1 }),
        signal: new AbortController().signal,
        log: (line) => lines.push(line),
      },
    );
  const stable = async () => (await status(store, name)).aliases.stable;
  const verdicts = async () => {
    const objects = (await store.list(`verdicts/${name}/`)).map((key) => store.get(key));
    return (await Promise.all(objects)).map((object) =>
      JSON.parse(Buffer.from(object?.bytes ?? []).toString()),
    );
  };

  it('promotes the first version under the name of the folder, and a second one that is not worse', async () => {
    const plan = await planRetrain(store, settings(), { alias: 'stable', tolerance: 0.1 });
    expect(plan.join('\n')).toMatch(
      new RegExp(
        `^${name}: recipe photos.*stable does not exist yet.*on \\d\\d images that are not trained on`,
        's',
      ),
    );
    await run();
    expect((await stable()).reason).toBe('retrain: first version of stable');
    const before = await stable();
    await run({ seed: 7 });
    expect((await stable()).previous).toEqual([before.version]);
    const { validation, test } = await openJobFolder(settings());
    expect(await verdicts()).toEqual([
      expect.objectContaining({ promoted: true, images: test.count + (validation?.count ?? 0) }),
    ]);
  });

  it('compares on the test images alone when the epoch was chosen on the validation images', async () => {
    const best = { select: 'best' };
    await run(best, 0.3);
    await run({ ...best, seed: 7 }, 0.3);
    const { test } = await openJobFolder(settings());
    expect(await verdicts()).toEqual([expect.objectContaining({ images: test.count })]);
  });

  it('rejects a model that is worse', async () => {
    await run();
    const before = await stable();
    await expect(run({ learningRate: 1e-9, seed: 1 })).rejects.toMatchObject({
      kind: 'rejected',
      message: expect.stringMatching(
        new RegExp(`^${name} .* is not promoted, .*To promote it anyway: npm run promote`),
      ),
    });
    expect(await stable()).toEqual(before);
  });

  it('rejects a model that cannot decline other pictures when the present one can', async () => {
    await run({ none: 'light' });
    const before = await stable();
    await expect(run()).rejects.toMatchObject({
      kind: 'rejected',
      message: expect.stringContaining(
        'the current version declines pictures of “light”, and this one does not. To promote it anyway: npm run promote',
      ),
    });
    expect(await stable()).toEqual(before);
    await run({ none: 'dark', seed: 7 });
    expect((await stable()).previous).toEqual([before.version]);
  });

  it('says when the images do not show which model is better', async () => {
    // Nothing tells these classes apart. Two models without training disagree on all of their images, and each is right on half of them.
    await add(data, 'light', 60, 60);
    for (let i = 0; i < 60; i++)
      await copyFile(join(data, `light/${60 + i}.png`), join(data, `dark/${i}.png`));
    for (let i = 0; i < 60; i++) await rm(join(data, `light/${60 + i}.png`));
    await run({ epochs: 1, learningRate: 1e-9, seed: 1 });
    await expect(run({ epochs: 1, learningRate: 1e-9, seed: 2 })).rejects.toMatchObject({
      kind: 'rejected',
      message: expect.stringContaining('The images do not show which model is better: more of them would.'),
    });
  });

  it('refuses a folder with fewer images than the tolerance needs, before it trains', async () => {
    await expect(run({}, 0.01)).rejects.toMatchObject({
      kind: 'usage',
      message: expect.stringMatching(
        /^cannot retrain on .*: expected at least 194 images that are not trained on, to show that a model loses at most 1\.00 points, got \d\d\. Add images, .* --tolerance 0\.\d+, /,
      ),
    });
    expect(await store.list('')).toEqual([]);
  });

  it('compares with a model of fewer classes and of another size', async () => {
    await run({ imageSize: 9 });
    await add(data, 'medium', 60);
    await run({ epochs: 20 });
    const [{ right, images }] = await verdicts();
    expect(right.candidate).toBeGreaterThan(0.9 * images);
    expect(right.present).toBeGreaterThan(0.5 * images);
    expect(right.present).toBeLessThan(0.8 * images);
  });

  it('refuses to compare with a model of another program', async () => {
    await run();
    const { version } = await stable();
    const key = (file: string) => `models/${name}/${version}.${file}`;
    const read = async (file: string) => (await store.get(key(file)))?.bytes ?? new Uint8Array();
    const { training: _, ...manifest } = JSON.parse(Buffer.from(await read('json')).toString());
    const files = { onnx: await read('onnx'), json: new TextEncoder().encode(JSON.stringify(manifest)) };
    store = memoryStore();
    await push(store, { manifest, files });
    await expect(run({ seed: 8 })).rejects.toThrow(/got a model of another program/);
  });
});

/** @file Trainings that learn the probabilities of another release. */
import { cp, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Augment } from '../../../train/dataset/batch.ts';
import { LABELS } from '../../../train/dataset/fashion-mnist/labels.ts';
import { openDataset } from '../../../train/dataset/open.ts';
import { divide, type Split } from '../../../train/dataset/split.ts';
import type { Engine } from '../../../train/engine/engine.ts';
import { openEngine } from '../../../train/engine/open.ts';
import { onnxPredictor } from '../../../train/release/onnxruntime.ts';
import { type CompleteRelease, readRelease } from '../../../train/release/release.ts';
import { readSources } from '../../../train/release/source.ts';
import { openRun, trainModels } from '../../../train/run/run.ts';
import { resolveSettings } from '../../../train/run/settings.ts';
import { readSummary } from '../../../train/run/summary.ts';
import { requireSameTask, withTeacher } from '../../../train/run/teacher.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { folderOf, images } from '../dataset/folder/image-folder.ts';

const SIZE = 8;
const IMAGES = { imageSize: SIZE, colour: 'grey' } as const;
const PLAIN = { augmentation: 'none', labelSmoothing: 0, averaging: 0, batchSize: 1 };

const newFolder = () => join(temporaryFolder(), 'run');
const open = async (flags: Record<string, unknown>) =>
  openRun(
    await resolveSettings({
      ...{ models: 'tinyvgg', device: 'cpu', threads: 1, ...IMAGES, ...PLAIN },
      ...{ epochs: 1, calibration: false, out: newFolder(), ...flags },
    }),
  );

/** Trains as `npm run train` does, on the CPU. Returns the run folder. */
async function train(flags: Record<string, unknown>): Promise<string> {
  const run = await open(flags);
  await trainModels(run, new AbortController().signal);
  return run.folder;
}

const releaseIn = (folder: string, name = 'animals') => readRelease(join(folder, `${name}.onnx`));

/** Returns log softmax of the logits that onnxruntime computes, by its definition. A row per image. */
async function logProbabilities({ files }: CompleteRelease, split: Split): Promise<number[][]> {
  const logits = [...(await (await onnxPredictor(files.onnx))(split.images, split.count))];
  const classes = logits.length / split.count;
  return Array.from({ length: split.count }, (_, n) => {
    const row = logits.slice(n * classes, (n + 1) * classes);
    const all = row.reduce((sum, logit) => sum + Math.exp(logit), 0);
    return row.map((logit) => Math.log(Math.exp(logit) / all));
  });
}

/** Returns an engine that calls `onStep` before each step. */
const observed = (engine: Engine, onStep: () => void): Engine => ({
  ...engine,
  async open(...args) {
    const session = await engine.open(...args);
    const step = session.step.bind(session);
    session.step = (...batch) => {
      onStep();
      step(...batch);
    };
    return session;
  },
});

describe('--teacher', () => {
  let data: string;
  let teacher: string;
  beforeAll(async () => {
    data = join(await folderOf({ ...images('animals/a', 12, 1), ...images('animals/b', 12, 31) }), 'animals');
    teacher = await train({ data, seed: 3, hiddenUnits: 12, epochs: 3 });
  });

  it('learns the probabilities of a release, and the records name it', async () => {
    // With a learning rate of 0, the weights stay as they were at the start, and so do the losses.
    const out = await train({ data, teacher, learningRate: 0 });
    const [from, to] = await Promise.all([teacher, out].map((run) => releaseIn(run)));
    const split = (await openDataset({ data, ...IMAGES })).train;
    const [taught, learned] = await Promise.all(
      [from, to].map((release) => logProbabilities(release, split)),
    );
    const losses = taught.map((row, n) =>
      row.reduce((sum, log, k) => sum - Math.exp(log) * learned[n][k], 0),
    );
    const mean = losses.reduce((a, b) => a + b) / split.count;
    expect(to.manifest.metrics?.trainLoss).toBeCloseTo(mean, 6);

    const id = { name: 'animals', version: from.manifest.version };
    expect(to.manifest.training?.teacher).toEqual(id);
    expect((await readSummary(out)).teacher).toEqual(id);
    expect(JSON.parse(await readFile(join(out, 'settings.json'), 'utf8'))).toMatchObject({ teacher });
    expect(from.manifest.training).not.toHaveProperty('teacher');
  });

  it('averages the teacher’s logits over augmented copies of each image', async () => {
    const darken: Augment = ({ images }, { epoch, progress, first }) => {
      const pixels = SIZE * SIZE;
      images.forEach((pixel, i) => {
        images[i] = (pixel * (1 + ((epoch + first + Math.floor(i / pixels)) % 16))) / 16;
      });
      expect(progress).toBe(0);
    };
    const whole = divide(await openDataset({ data, ...IMAGES }), 0);
    const split = { ...whole.train, images: Buffer.from(whole.train.images) };
    const before = new Uint8Array(split.images);
    const taught = await withTeacher({ ...whole, train: split }, (await readSources({ teacher })).teacher, {
      ...{ engine: await openEngine('cpu', { threads: 1 }), batchSize: 5, augment: darken },
      ...{ signal: new AbortController().signal, log: () => {} },
    });
    // Over 16 copies, each image has each of the 16 brightnesses once.
    const predict = await onnxPredictor((await releaseIn(teacher)).files.onnx);
    const copies = await Promise.all(
      Array.from({ length: 16 }, (_, k) =>
        predict(
          before.map((pixel) => (pixel * (k + 1)) / 16),
          split.count,
        ),
      ),
    );
    const { targets = [] } = taught.train;
    for (let n = 0; n < split.count; n++) {
      const odds = [0, 1].map((k) =>
        Math.exp(copies.reduce((sum, logits) => sum + logits[2 * n + k], 0) / copies.length),
      );
      expect(targets[2 * n]).toBeCloseTo(odds[0] / (odds[0] + odds[1]), 5);
    }
    expect(new Uint8Array(split.images)).toEqual(before);
  });

  it('comes nearer to the teacher’s probabilities in later epochs', async () => {
    const { epochs } = (await readSummary(await train({ data, teacher, epochs: 12 }))).models.tinyvgg;
    expect(epochs[11].trainLoss).toBeLessThan(epochs[0].trainLoss);
  });

  it('tests an engine on the networks of the teacher and of the student', async () => {
    const run = await open({ data, teacher, epochs: 1 });
    const tested: number[] = [];
    const selfTest: Engine['selfTest'] = async ({ layers: [first] }) => {
      tested.push(first.output[0]);
    };
    await trainModels({ ...run, engine: { ...run.engine, selfTest } }, new AbortController().signal);
    expect(tested).toEqual([12, 10]);
  });

  it('continues an interrupted training to the same bits', async () => {
    const whole = await train({ data, teacher, epochs: 2 });
    const run = await open({ data, teacher, epochs: 2 });
    const abort = new AbortController();
    let steps = 0;
    const engine = observed(run.engine, () => {
      if (++steps === 20) abort.abort(new Error('stopped'));
    });
    await expect(trainModels({ ...run, engine }, abort.signal)).rejects.toThrow('stopped');
    // A copy without the lock, which this process holds until it ends.
    const copy = newFolder();
    await cp(run.folder, copy, { recursive: true, filter: (path) => !path.includes('.lock') });
    await trainModels(await openRun(await resolveSettings({ resume: copy })), new AbortController().signal);
    expect((await releaseIn(copy)).files.safetensors).toEqual((await releaseIn(whole)).files.safetensors);
  });

  it('refuses to resume with another teacher than the run began with', async () => {
    const release = newFolder();
    await cp(teacher, release, { recursive: true });
    const out = await train({ data, teacher: release });
    await cp(await train({ data, seed: 4 }), release, { recursive: true });
    const copy = newFolder();
    await cp(out, copy, { recursive: true, filter: (path) => !path.includes('.lock') });
    await expect(resolveSettings({ resume: copy }).then(openRun)).rejects.toThrow(
      `cannot resume ${copy}: teacher has changed since the run began`,
    );
  });

  it.each([
    [
      'size',
      { imageSize: 16 },
      /animals [0-9a-f]{64} cannot be the teacher: expected the input of the data, 1 × 16 × 16 .*got 1 × 8 × 8 /,
    ],
    [
      'preparation',
      { fit: 'contain' },
      /cannot be the teacher: .*, fit, mode contain, got .*, fit, mode cover\./,
    ],
    ['path', { teacher: 'docs' }, /^cannot use --teacher docs: .*got no \.onnx file in it\. Name another/],
  ])('refuses a teacher of another %s before it creates a run folder', async (_, flags, message) => {
    await expect(train({ data, teacher, ...flags })).rejects.toMatchObject({
      kind: 'usage',
      message: expect.stringMatching(message),
    });
  });

  it('takes a teacher whose images an earlier version of the photo pipeline prepared', async () => {
    const { teacher } = await readSources({ teacher: 'release/edge/tinyvgg.onnx' });
    const version = (teacher?.manifest.photoPipeline ?? 0) + 1;
    const data = { shape: [1, 28, 28], classes: LABELS };
    expect(() =>
      requireSameTask(teacher, { ...data, preprocessing: { kind: 'garment', version } }),
    ).not.toThrow();
  });

  it('refuses a teacher with other labels', async () => {
    const others = await folderOf({ ...images('a', 12, 1), ...images('c', 12, 31) });
    await expect(train({ data: others, teacher })).rejects.toMatchObject({
      kind: 'usage',
      message: expect.stringMatching(
        /cannot be the teacher: expected the labels of the data in their order, a and c, got a and b\./,
      ),
    });
  });
});

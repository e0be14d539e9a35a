/** @file Trainings that start from the convolutions of another release, or from all of its weights. */
import { cp } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { resolveNetwork, type Weights } from '../../../shared/model/spec.ts';
import { decodeModel } from '../../../shared/onnx/model.ts';
import { networkOf } from '../../../shared/onnx/network.ts';
import { initialWeights } from '../../../train/model/initialize.ts';
import { modelSpec } from '../../../train/model/zoo.ts';
import { Generator } from '../../../train/random.ts';
import { readRelease } from '../../../train/release/release.ts';
import { openRun, trainModels } from '../../../train/run/run.ts';
import { resolveSettings } from '../../../train/run/settings.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { folderOf, images } from '../dataset/folder/image-folder.ts';

const newFolder = () => join(temporaryFolder(), 'run');

/** Trains as `npm run train` does, on the CPU. Returns the run folder. */
async function train(flags: Record<string, unknown>): Promise<string> {
  const fixed = {
    ...{ models: 'tinyvgg', device: 'cpu', threads: 1 },
    ...{ imageSize: 8, colour: 'grey', epochs: 1, calibration: false },
  };
  const out = newFolder();
  const run = await openRun(await resolveSettings({ ...fixed, out, ...flags }));
  await trainModels(run, new AbortController().signal);
  return out;
}

/** Returns the values of the weights in the order of the network. */
const valuesOf = (weights: Weights) => [...weights.values()].map((values) => [...values]);

describe('--weights', () => {
  let data: string;
  let source: string;
  beforeAll(async () => {
    data = join(await folderOf({ ...images('animals/a', 12, 1), ...images('animals/b', 12, 31) }), 'animals');
    source = await train({ data, seed: 3, models: 'v1' });
  });

  it('starts from all weights of a release, and the manifest names it', async () => {
    const out = await train({ data, weights: source, seed: 5, models: 'v1', learningRate: 0, averaging: 0 });
    const [from, to] = await Promise.all([source, out].map((run) => readRelease(join(run, 'animals.onnx'))));
    expect(to.files.safetensors).toEqual(from.files.safetensors);
    expect(to.manifest.training?.weights).toEqual({ name: 'animals', version: from.manifest.version });
    expect(from.manifest.training).not.toHaveProperty('weights');
  });

  it.each([
    ['network', { models: 'v0' }, /^v0 cannot start from all weights of .* layer 3 differs: .*--pretrained/],
    ['size', { imageSize: 16 }, /^v1 cannot start .* layer 1 differs: expected flatten 1×16×16 → 256/],
  ])('refuses a release of another %s before it creates a run folder', async (_, flags, message) => {
    await expect(train({ data, weights: source, models: 'v1', ...flags })).rejects.toMatchObject({
      kind: 'usage',
      message: expect.stringMatching(message),
    });
  });

  it('refuses a release of other labels', async () => {
    const other = await folderOf({ ...images('animals/a', 12, 1), ...images('animals/c', 12, 31) });
    await expect(train({ data: join(other, 'animals'), weights: source, models: 'v1' })).rejects.toThrow(
      /cannot start from all weights of the release animals: expected the labels .*a and c, got a and b\. Use --pretrained/,
    );
  });

  it('refuses --pretrained beside it', async () => {
    await expect(train({ data, weights: source, pretrained: source })).rejects.toThrow(
      /cannot use --weights with --pretrained/,
    );
  });
});

describe('--pretrained', () => {
  let data: string;
  let source: string;
  beforeAll(async () => {
    data = await folderOf({ ...images('animals/a', 12, 1), ...images('animals/b', 12, 31) });
    data = join(data, 'animals');
    source = await train({ data, seed: 3 });
  });

  it('starts from the convolutions of a release and from drawn weights in the head, and the manifest names it', async () => {
    // With a learning rate of 0, the weights stay as they were at the start.
    const out = await train({ data, pretrained: source, seed: 5, learningRate: 0, averaging: 0 });
    const [from, to] = await Promise.all([source, out].map((run) => readRelease(join(run, 'animals.onnx'))));
    const [before, after] = [from, to].map(({ files }) => networkOf(decodeModel(files.onnx)));
    const network = resolveNetwork(modelSpec('tinyvgg', { input: [1, 8, 8], classes: 2 }));
    const drawn = valuesOf(initialWeights(network, Generator.seeded(5)));
    expect(valuesOf(after.weights)).toEqual([...valuesOf(before.weights).slice(0, -2), ...drawn.slice(-2)]);
    expect(to.manifest.training?.pretrained).toEqual({ name: 'animals', version: from.manifest.version });
    expect(from.manifest.training).not.toHaveProperty('pretrained');
  });

  it.each([
    ['colour', { colour: 'rgb' }, /^tinyvgg cannot start from the release animals: .*10×3×3×3.*10×1×3×3/],
    ['network', { models: 'v0' }, /^v0 cannot start from the release animals: .*Leave out --pretrained\.$/],
    [
      'path',
      { pretrained: 'docs' },
      /^cannot use --pretrained docs: .*got no \.onnx file in it\. Name another/,
    ],
  ])('refuses a release of another %s before it creates a run folder', async (_, flags, message) => {
    await expect(train({ data, pretrained: source, ...flags })).rejects.toMatchObject({
      kind: 'usage',
      message: expect.stringMatching(message),
    });
  });

  it('refuses to resume from another release than the run began with', async () => {
    const release = newFolder();
    await cp(source, release, { recursive: true });
    const out = await train({ data, pretrained: release });
    await cp(await train({ data, seed: 4 }), release, { recursive: true });
    // A copy without the lock, which this process holds until it ends.
    const copy = newFolder();
    await cp(out, copy, { recursive: true, filter: (path) => !path.includes('.lock') });
    const resumed = openRun(await resolveSettings({ resume: copy }));
    await expect(resumed).rejects.toThrow(
      `cannot resume ${copy}: pretrained has changed since the run began`,
    );
  });
});

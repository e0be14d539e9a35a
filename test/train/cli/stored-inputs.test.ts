/**
 * @file Trainings whose images and whose first weights are in an object store.
 * @module-tag slow
 */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readRelease } from '../../../train/release/release.ts';
import { expectSuccess, runTrainer } from '../../support/command.ts';
import { type RunningStore, storeEnvironment, WRANGLER } from '../../support/object-stores.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { images, tinyPng } from '../dataset/folder/image-folder.ts';

const FAST = ['--device', 'cpu', '--threads', '1', '--epochs', '1', '--no-calibration', '--image-size', '8'];

describe('with a bucket', () => {
  let server: RunningStore;
  let env: NodeJS.ProcessEnv;
  beforeAll(async () => {
    server = await WRANGLER.start();
    env = { ...storeEnvironment(server), XDG_CACHE_HOME: temporaryFolder() };
    for (const [path, seed] of Object.entries({ ...images('a', 20, 1), ...images('b', 20, 101) }))
      await server.store.put(`sets/animals/${path}`, Uint8Array.from(tinyPng(seed)), 'image/png');
  });
  afterAll(() => server?.stop());

  const trainer = (...args: string[]) => runTrainer(args, { env });
  const train = (...args: string[]) =>
    trainer('train', '--data', 's3://tinyvgg-models/sets/animals', ...FAST, ...args);

  it('train reads the images from the bucket, and starts and learns from a release of the registry', async () => {
    const first = join(temporaryFolder(), 'run');
    await expectSuccess(train('--out', first));
    const release = await readRelease(join(first, 'animals.onnx'));
    const { version } = release.manifest;
    await expectSuccess(trainer('push', '--model', join(first, 'animals.onnx')));

    for (const name of ['animals', `animals@${version}`]) {
      const out = join(temporaryFolder(), 'run');
      const { stdout } = await expectSuccess(train('--out', out, '--pretrained', name, '--teacher', name));
      expect(stdout).toContain(`Starting from the convolutions of animals ${version}.`);
      expect(stdout).toContain(`Learning the probabilities of the teacher animals ${version}.`);
      const { manifest } = await readRelease(join(out, 'animals.onnx'));
      const id = { name: 'animals', version };
      expect(manifest.training).toMatchObject({ pretrained: id, teacher: id });
      // The copies are named, so that the run can be resumed without the store.
      const settings = JSON.parse(await readFile(join(out, 'settings.json'), 'utf8'));
      expect(await readdir(settings.data)).toEqual(['a', 'b']);
      for (const path of [settings.pretrained, settings.teacher])
        expect((await readRelease(path)).files).toEqual(release.files);
    }
  });

  it('retrain trains on the folder of the bucket once, and promotes the model under its name', async () => {
    const retrain = (...args: string[]) =>
      trainer(
        'retrain',
        '--data',
        's3://tinyvgg-models/sets/animals',
        ...FAST,
        '--tolerance',
        '0.3',
        ...args,
      );
    const { stdout } = await expectSuccess(retrain('--alias', 'weekly'));
    expect(stdout).toMatch(/^weekly of animals: none → [0-9a-f]{64} \(first version of weekly\)$/m);
    const again = await expectSuccess(retrain('--alias', 'weekly'));
    expect(again.stdout).toMatch(/was trained before.*weekly of animals already points at/s);
    const teacher = /none → ([0-9a-f]{64})/.exec(stdout)?.[1];
    const taught = () => expectSuccess(retrain('--alias', 'taught', '--teacher', 'animals@weekly'));
    expect((await taught()).stdout).toMatch(
      new RegExp(
        `the teacher animals ${teacher}\\..*taught of animals: none → (?!${teacher})[0-9a-f]{64}`,
        's',
      ),
    );
    expect((await taught()).stdout).toMatch(/was trained before.*taught of animals already points at/s);
    const other = await retrain('--alias', 'weekly', '--seed', '1', '--tolerance', '0.01');
    expect(other).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(
        /cannot retrain on animals: expected at least 194 images that are not trained on/,
      ),
    });
  });

  it.each([
    ['photos', /cannot use stable of photos for a training: .*got no such model or alias\..*--pretrained/],
    ['animals@canary', /cannot use canary of animals for a training: .*got no such model or alias\./],
    [
      `animals@${'0'.repeat(64)}`,
      /cannot use animals 0{64} for a training: .*got no models\/animals\/0{64}\.onnx\./,
    ],
    ['Animals', /cannot find --pretrained Animals: expected an \.onnx file, or the folder of a run/],
  ])('train refuses the release %s', async (name, message) => {
    const { code, stderr } = await train('--pretrained', name);
    expect({ code, stderr }).toMatchObject({ code: 2, stderr: expect.stringMatching(message) });
  });

  it('train refuses a folder of the bucket without objects', async () => {
    const { code, stderr } = await trainer('train', '--data', 's3://tinyvgg-models/none');
    expect({ code, stderr }).toMatchObject({ code: 3, stderr: expect.stringContaining('got no object') });
  });
});

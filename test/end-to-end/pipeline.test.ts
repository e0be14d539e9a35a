/**
 * @file The whole pipeline with its real parts: data set → training → ONNX → object store → Worker → response.
 * @module-tag slow
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { resolveNetwork } from '../../shared/model/spec.ts';
import { take } from '../../train/dataset/split.ts';
import { openEngine } from '../../train/engine/open.ts';
import { sgd } from '../../train/engine/optimizer.ts';
import { modelSpec } from '../../train/model/zoo.ts';
import { push } from '../../train/registry/registry.ts';
import { type CompleteRelease, readRelease } from '../../train/release/release.ts';
import { colourPng } from '../../train/report/png.ts';
import type { Summary } from '../../train/run/summary.ts';
import { decodeSafetensors } from '../../train/safetensors.ts';
import { openLocalStore } from '../../train/store/open.ts';
import { png } from '../fixtures/images.ts';
import { expectSuccess, ON_ONE_THREAD, runTrainer } from '../support/command.ts';
import { dataFolder, describeWithData } from '../support/data.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { type RunningWorker, startWorker } from '../support/worker.ts';
import { folderOf } from '../train/dataset/folder/image-folder.ts';

const BUNDLED = 'release/tinyvgg.onnx';

interface Classified {
  model: { name: string; version: string; alias: string };
  predictions: { label: string; index: number; score: number }[];
}

const cli = (...args: string[]) => expectSuccess(runTrainer(args));

let worker: RunningWorker;

// A Worker with an empty bucket. It reads the alias at its first request for a model.
beforeEach(async () => {
  worker = await startWorker();
});
afterEach(() => worker?.stop());

async function classify(image: Uint8Array<ArrayBuffer>, path = '/v1/classify'): Promise<Classified> {
  const response = await fetch(`${worker.origin}${path}`, { method: 'POST', body: image });
  expect(response.status).toBe(200);
  return (await response.json()) as Classified;
}

describeWithData('the pipeline', (data) => {
  it('trains a model, pushes it, serves it, and rolls back', async () => {
    const bundled = await readRelease(BUNDLED);
    await push(openLocalStore(worker.origin), bundled);

    const run = join(temporaryFolder(), 'run');
    const small = ['--models', 'tinyvgg', '--epochs', '1', '--limit', '320'];
    await cli('train', ...ON_ONE_THREAD, ...small, '--data', dataFolder as string, '--out', run);
    const summary: Summary = JSON.parse(await readFile(join(run, 'summary.json'), 'utf8'));
    const version = summary.models.tinyvgg.onnx.sha256;

    const local = ['--local', worker.origin];
    const pushed = await cli('push', '--model', join(run, 'tinyvgg.onnx'), ...local);
    const before = bundled.manifest.version.slice(0, 12);
    expect(pushed.stdout).toContain(`Version: ${version}\n`);
    expect(pushed.stdout).toMatch(
      RegExp(`stable: ${before} \\(edge-photos, 89\\.22 %\\) → ${version.slice(0, 12)} \\(lab, .*\\d %\\)`),
    );
    expect(pushed.stderr).toContain('Warning: the test accuracy falls from 89.22 % to ');
    expect(pushed.stderr).toContain('Warning: the version before declined to answer for other pictures');
    expect(pushed.stderr).toContain(`npm run promote -- ${before}`);
    const classified = await classify(new Uint8Array(await readFile('examples/trouser.png')));
    expect(classified.model).toEqual({ name: 'tinyvgg', version, alias: 'stable' });

    await cli('rollback', ...local);
    const { aliases } = JSON.parse((await cli('status', '--json', ...local)).stdout);
    expect(aliases.stable.version).toBe(bundled.manifest.version);
  });

  it('reaches the manifest’s accuracy on 500 test images, with the scores of the training engine', async () => {
    const { manifest, files } = await readRelease(BUNDLED);
    await push(openLocalStore(worker.origin), { manifest, files });
    const { labels, images } = take(data().test, 500);
    const expected = await engineScores({ manifest, files }, images, labels.length);
    let correct = 0;
    let worst = 0;
    for (const [i, label] of labels.entries()) {
      const image = await png(28, 28, images.subarray(784 * i, 784 * (i + 1)), { channels: 1 });
      const { model, predictions } = await classify(image);
      expect(model).toEqual({ name: 'tinyvgg', version: manifest.version, alias: 'stable' });
      const scores = predictions.map(({ score }) => score);
      expect(scores).toEqual(scores.toSorted((a, b) => b - a));
      for (const { index, score } of predictions)
        worst = Math.max(worst, Math.abs(score - expected[i][index]));
      if (predictions[0].index === label) correct++;
    }
    const { testAccuracy } = manifest.metrics ?? { testAccuracy: Number.NaN };
    console.log(
      `${correct} of 500 correct; accuracy in the manifest: ${testAccuracy}; largest difference of scores: ${worst.toExponential(1)}`,
    );
    expect(worst).toBeLessThan(1e-4);
    const standardError = Math.sqrt((testAccuracy * (1 - testAccuracy)) / 500);
    expect(Math.abs(correct / 500 - testAccuracy)).toBeLessThan(3 * standardError);
  });
});

it('trains on a folder of images, and serves the model by the name of the folder', async () => {
  // Red, green and blue pictures, each with a little noise.
  const colours = ['blue', 'green', 'red'];
  const picture = (kind: number, seed: number) => {
    const pixels = Uint8Array.from({ length: 20 * 16 * 3 }, (_, i) =>
      i % 3 === 2 - kind ? 200 + ((i * seed) % 50) : (i * seed) % 60,
    );
    return new Uint8Array(colourPng(pixels, 20));
  };
  const files = colours.flatMap((colour, kind) =>
    Array.from({ length: 14 }, (_, i) => [`Paint pots/${colour}/${i}.png`, picture(kind, i + 1)] as const),
  );
  const folder = join(await folderOf(Object.fromEntries(files)), 'Paint pots');
  const run = join(temporaryFolder(), 'run');
  const settings = ['--models', 'tinyvgg', '--image-size', '12', '--epochs', '12', '--batch-size', '4'];
  await cli('train', ...ON_ONE_THREAD, '--data', folder, ...settings, '--seed', '1', '--out', run);
  await cli('push', '--model', join(run, 'paint-pots.onnx'), '--local', worker.origin);

  const { manifest } = await readRelease(join(run, 'paint-pots.onnx'));
  expect(manifest).toMatchObject({ name: 'paint-pots', labels: colours, fit: { mode: 'cover' } });
  const model = { name: 'paint-pots', version: manifest.version, alias: 'stable' };
  for (const [kind, label] of colours.entries()) {
    const unseen = await classify(picture(kind, 77), '/v1/models/paint-pots/classify');
    expect(unseen).toMatchObject({ model, predictions: [{ label }, {}, {}] });
  }
  const bundled = await classify(new Uint8Array(await readFile('examples/trouser.png')));
  expect(bundled.model.name).toBe('tinyvgg');
  expect(bundled.predictions[0].label).toBe('Trouser');
});

/** Returns the scores that the training engine computes from the released weights: softmax(logits / temperature). Shape [count][labels]. */
async function engineScores(
  { manifest, files }: CompleteRelease,
  images: Uint8Array,
  count: number,
): Promise<number[][]> {
  const engine = await openEngine(manifest.training?.engine ?? '');
  const classes = manifest.labels.length;
  const network = resolveNetwork(modelSpec('tinyvgg', { classes }));
  const { tensors } = decodeSafetensors(files.safetensors);
  const weights = new Map([...tensors].map(([name, { values }]) => [name, Float32Array.from(values)]));
  const session = await engine.open(network, weights, sgd(0));
  const logits = await session.logits(images, count);
  session.close();
  const temperature = manifest.calibration?.temperature ?? Number.NaN;
  return Array.from({ length: count }, (_, i) => {
    const powers = Array.from(logits.subarray(classes * i, classes * (i + 1)), (logit) =>
      Math.exp(logit / temperature),
    );
    const sum = powers.reduce((a, b) => a + b, 0);
    return powers.map((power) => power / sum);
  });
}

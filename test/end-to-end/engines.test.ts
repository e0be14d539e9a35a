/**
 * @file The choice of the inference engine: the SIMD kernels, or onnxruntime behind its service binding, for models of any program.
 * @module-tag slow
 */
import { execFileSync } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as ort from 'onnxruntime-web/wasm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sha256 } from '../../shared/digest.ts';
import type { Prediction } from '../../shared/predictions.ts';
import { push, status } from '../../train/registry/registry.ts';
import { readRelease } from '../../train/release/release.ts';
import { openLocalStore } from '../../train/store/open.ts';
import { withForeignOperator } from '../fixtures/colour-models.ts';
import { paint, png } from '../fixtures/images.ts';
import { type SampleName, sample } from '../fixtures/images-samples.ts';
import { userReleases } from '../fixtures/user-networks.ts';
import { expectSuccess, runTrainer } from '../support/command.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { type RunningWorker, startWorker } from '../support/worker.ts';

async function ready({ origin }: RunningWorker): Promise<{ engine: string; model: { version: string } }> {
  const response = await fetch(`${origin}/health/ready`);
  return (await response.json()) as Awaited<ReturnType<typeof ready>>;
}

/** Returns the predictions of a model for an image file. */
async function predictions(path: string, body: Uint8Array<ArrayBuffer>): Promise<Prediction[]> {
  const response = await fetch(path, { method: 'POST', body });
  return ((await response.json()) as { predictions: Prediction[] }).predictions;
}

async function trouserScore({ origin }: RunningWorker): Promise<number> {
  const image = new Uint8Array(await readFile('examples/trouser.png'));
  const [best] = await predictions(`${origin}/v1/classify`, image);
  expect(best.label).toBe('Trouser');
  return best.score;
}

/** Asserts that the decoders' Worker decodes a file, and rejects it when it is cut off. */
async function expectDecoded({ origin }: RunningWorker, name: SampleName): Promise<void> {
  const body = new Uint8Array(sample(name));
  const send = (body: Uint8Array<ArrayBuffer>) => fetch(`${origin}/v1/classify`, { method: 'POST', body });
  expect((await send(body)).status).toBe(200);
  expect(await (await send(body.slice(0, -40))).json()).toMatchObject({ type: '/problems/damaged-image' });
}

/** Python with Debian's python3-onnx. */
const PYTHON = '/usr/bin/python3';
const hasOnnx = (() => {
  try {
    execFileSync(PYTHON, ['-c', 'import onnx'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
})();

const MEAN = [0.485, 0.456, 0.406];
const STD = [0.229, 0.224, 0.225];

describe('the Worker', () => {
  let worker: RunningWorker;
  beforeAll(async () => {
    worker = await startWorker({ withOrt: true, variables: { REFRESH_MS: '1' } });
  });
  afterAll(() => worker?.stop());

  it('uses the kernels for a model that they support, and onnxruntime for another', async () => {
    expect(await ready(worker)).toMatchObject({ engine: 'simd' });
    const score = await trouserScore(worker);
    for (const name of ['lossy.webp', 'lossy.avif'] as const) await expectDecoded(worker, name);

    const foreign = await withForeignOperator(await readRelease('release/tinyvgg.onnx'));
    await push(openLocalStore(worker.origin), foreign);
    await expect
      .poll(() => ready(worker))
      .toMatchObject({ engine: 'ort', model: { version: foreign.manifest.version } });
    expect(await trouserScore(worker)).toBeCloseTo(score, 5);
  });

  it('computes the golden logits of networks that a user chooses', async () => {
    for (const release of await userReleases()) {
      await push(openLocalStore(worker.origin), release);
      const url = `${worker.origin}/v1/models/${release.manifest.name}/classify`;
      const response = await fetch(url, { method: 'POST', body: await readFile('examples/trouser.png') });
      // A model that computes others is not served.
      expect(response.status, release.manifest.name).toBe(200);
    }
  });

  describe.skipIf(!hasOnnx)(
    `a model of another program${hasOnnx ? '' : ' (skipped: install python3-onnx)'}`,
    () => {
      const folder = temporaryFolder();
      const picture = paint(48, 32, (x, y) => [5 * x, 8 * y, (x * y) & 255]);
      let file: Uint8Array<ArrayBuffer>;
      /** Scores of PyTorch for the picture; null without PyTorch. */
      let ofPyTorch: number[] | null;
      beforeAll(async () => {
        file = new Uint8Array(await png(48, 32, picture.data, { channels: 4 }));
        const path = join(folder, 'picture.png');
        await writeFile(path, file);
        const script = 'test/fixtures/foreign-models.py';
        ofPyTorch = JSON.parse(execFileSync(PYTHON, [script, folder, path], { encoding: 'utf8' }));
      });

      /** Pushes a model with labels 0, 1, 2, … */
      async function pushForeign(name: string, classes: number) {
        const labels = join(folder, `${classes}.txt`);
        await writeFile(labels, Array.from({ length: classes }, (_, i) => `${i}\n`).join(''));
        const model = ['--model', join(folder, `${name}.onnx`), '--labels', labels];
        const input = ['--mean', MEAN.join(), '--std', STD.join()];
        return runTrainer(['push', ...model, ...input, '--local', worker.origin]);
      }

      /** Returns the scores of a model for the picture, by label. */
      async function scores(name: string): Promise<number[]> {
        const ranked = await predictions(`${worker.origin}/v1/models/${name}/classify`, file);
        return ranked.toSorted((a, b) => a.index - b.index).map(({ score }) => score);
      }

      it('has the scores that PyTorch computes', async ({ skip }) => {
        if (!ofPyTorch) return skip('install python3-torch and python3-pil');
        await expectSuccess(pushForeign('pytorch', 5));
        for (const [i, score] of (await scores('pytorch')).entries())
          expect(score).toBeCloseTo(ofPyTorch[i], 5);
      });

      it('serves channels in the last place and probabilities, as Keras exports them', async () => {
        const { stdout } = await expectSuccess(pushForeign('mobile', 4));
        expect(stdout).toContain(
          '[unk__1, 32, 32, 3], output dense with 4 probabilities, runs on onnxruntime',
        );
        // The middle of the picture, in the order of the model's input.
        const values = Float32Array.from({ length: 32 * 32 * 3 }, (_, i) => {
          const [channel, x, y] = [i % 3, 8 + (Math.floor(i / 3) % 32), Math.floor(i / 96)];
          return (picture.data[4 * (48 * y + x) + channel] / 255 - MEAN[channel]) / STD[channel];
        });
        const session = await ort.InferenceSession.create(await readFile(join(folder, 'mobile.onnx')));
        const { dense } = await session.run({ input_1: new ort.Tensor('float32', values, [1, 32, 32, 3]) });
        const expected = [...(dense.data as Float32Array)];
        for (const [i, score] of (await scores('mobile')).entries())
          expect(score).toBeCloseTo(expected[i], 5);
      });

      it('answers batches, and clients of Hugging Face', async () => {
        await expectSuccess(pushForeign('residual', 3));
        const body = new FormData();
        for (let i = 0; i < 3; i++) body.append('image', new Blob([file]));
        const path = `${worker.origin}/v1/models/residual/classify`;
        const { results } = (await (await fetch(path, { method: 'POST', body })).json()) as {
          results: { predictions: Prediction[] }[];
        };
        const alone = await predictions(path, file);
        expect(results.map(({ predictions }) => predictions)).toEqual([alone, alone, alone]);
        const hf = await fetch(`${worker.origin}/hf/models/residual`, { method: 'POST', body: file });
        expect(await hf.json()).toEqual(alone.map(({ label, score }) => ({ label, score })));
      });

      it('may have 45 MB, and evicts no smaller one from the other Worker for good', async () => {
        await expectSuccess(pushForeign('resnet18', 1000));
        const before = await scores('residual');
        expect(await scores('resnet18')).toHaveLength(1000);
        expect(await scores('residual')).toEqual(before);
        const { version } = (await status(openLocalStore(worker.origin), 'resnet18')).aliases.stable;
        const path = `${worker.origin}/v1/models/resnet18/versions/${version}/onnx`;
        const downloaded = new Uint8Array(await (await fetch(path)).arrayBuffer());
        expect(await sha256(downloaded)).toBe(version);
      });

      it('is refused before anything is uploaded', async () => {
        const { code, stderr } = await pushForeign('residual', 4);
        expect(stderr).toMatch(/expected 3 labels.*got 4/);
        expect(code).toBe(2);
        expect((await status(openLocalStore(worker.origin), 'residual')).versions).toHaveLength(1);
      });
    },
  );
});

it('the Worker uses onnxruntime with ENGINE=ort', async () => {
  const worker = await startWorker({ withOrt: true, variables: { ENGINE: 'ort' } });
  try {
    expect(await ready(worker)).toMatchObject({ engine: 'ort' });
    await trouserScore(worker);
  } finally {
    await worker.stop();
  }
});

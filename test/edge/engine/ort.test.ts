/** @file onnxruntime-web in workerd, with the bundled model. */
import * as v from 'valibot';
import { afterAll, expect, it } from 'vitest';
import { loadModel } from '#shared/inference/model.ts';
import { Manifest } from '#shared/manifest.ts';
import { createApp } from '../../../edge/app.ts';
import { ortEngine } from '../../../edge/engine/ort.ts';
import worker from '../../../edge/worker.ts';
import release from '../../../release/tinyvgg.json';
import weights from '../../../release/tinyvgg.onnx';
import { greyPng } from '../../fixtures/images.ts';
import { emptyBucket, fetchAndFinish, promote, put } from '../support/tiny.ts';

const manifest = v.parse(Manifest, release);
const bytes = new Uint8Array(weights);
const file = { read: async () => bytes };
afterAll(emptyBucket);

it('the manifest of the bundled model is valid; the Worker does not validate it', () => {
  expect(manifest).toEqual(release);
});

it('WebAssembly.instantiate is restored and still refuses bytes', async () => {
  const { instantiate } = WebAssembly;
  await loadModel([ortEngine], manifest, file);
  expect(WebAssembly.instantiate).toBe(instantiate);
});

it('loading and running do not yield to another request', async () => {
  let turns = 0;
  const timer = setInterval(() => {
    turns += 1;
  }, 0);
  const classifier = await ortEngine.load(file, manifest);
  await classifier.logits(new Float32Array(784), 1);
  await classifier.release();
  expect(turns).toBe(0);
  await new Promise((resolve) => setTimeout(resolve, 5));
  expect(turns).toBeGreaterThan(0);
  clearInterval(timer);
});

it('a batch has the same logits as single images', async () => {
  const classifier = await ortEngine.load(file, manifest);
  const images = Float32Array.from({ length: 3 * 784 }, (_, i) => (i % 251) / 255);
  const batch = await classifier.logits(images, 3);
  expect(batch).toHaveLength(30);
  for (let i = 0; i < 3; i++) {
    const one = await classifier.logits(images.slice(784 * i, 784 * (i + 1)), 1);
    for (const [j, logit] of one.entries()) expect(batch[10 * i + j]).toBeCloseTo(logit, 5);
  }
  await classifier.release();
});

it('invalid bytes are refused, and the next model loads', async () => {
  await expect(ortEngine.load({ read: async () => bytes.slice(0, 1000) }, manifest)).rejects.toThrow();
  await (await ortEngine.load(file, manifest)).release();
});

it('the Worker serves the bundled model while the bucket is empty', async () => {
  const image = await greyPng(28, 28, (x, y) => (x > 6 && x < 21 && y > 3 ? 180 : 0));
  const request = new Request('https://edge.test/v1/classify', { method: 'POST', body: image });
  const response = await fetchAndFinish(worker, request);
  expect(response.status).toBe(200);
  const { version } = manifest;
  expect(await response.json()).toMatchObject({ model: { name: 'tinyvgg', version, alias: 'bundled' } });
});

it('a model in the bucket serves through its alias', async () => {
  const bundled = { manifest, weights: bytes };
  await put(bundled);
  await promote(bundled);
  const app = createApp({ engine: ortEngine, bundled });
  const response = await fetchAndFinish(app, new Request('https://edge.test/health/ready'));
  expect(await response.json()).toMatchObject({ status: 'ready', model: { alias: 'stable' } });
});

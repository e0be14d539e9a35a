/** @file The choice of the inference engine: the SIMD kernels, or onnxruntime behind its service binding. */
import { readFile } from 'node:fs/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { sha256 } from '../../shared/digest.ts';
import { serializeStored } from '../../shared/manifest.ts';
import { decodeModel, encodeModel } from '../../shared/onnx/model.ts';
import { push } from '../../train/registry/registry.ts';
import { type Release, readRelease } from '../../train/release/release.ts';
import { openLocalStore } from '../../train/store/open.ts';
import { type SampleName, sample } from '../fixtures/images-samples.ts';
import { type RunningWorker, startWorker } from '../support/worker.ts';

let worker: RunningWorker;
afterEach(() => worker?.stop());

/** Returns the bundled release with a final Identity operator, which the kernels do not support. */
async function withIdentity(): Promise<Release> {
  const { manifest, files } = await readRelease('release/tinyvgg.onnx');
  const model = decodeModel(files.onnx);
  const last = model.graph?.node?.at(-1);
  if (!last) throw new Error('The release has no operators.');
  last.output = ['before'];
  model.graph?.node?.push({ opType: 'Identity', input: ['before'], output: ['logits'] });
  const onnx = encodeModel(model);
  const changed = { ...manifest, version: await sha256(onnx), bytes: onnx.length };
  return { manifest: changed, files: { ...files, onnx, json: serializeStored(changed) } };
}

async function ready(): Promise<{ engine: string; model: { version: string } }> {
  const response = await fetch(`${worker.origin}/health/ready`);
  return (await response.json()) as Awaited<ReturnType<typeof ready>>;
}

async function trouserScore(): Promise<number> {
  const body = await readFile('examples/trouser.png');
  const response = await fetch(`${worker.origin}/v1/classify`, { method: 'POST', body });
  const { predictions } = (await response.json()) as { predictions: { label: string; score: number }[] };
  expect(predictions[0].label).toBe('Trouser');
  return predictions[0].score;
}

/** Asserts that the decoders' Worker decodes a file, and rejects it when it is cut off. */
async function expectDecoded(name: SampleName): Promise<void> {
  const body = new Uint8Array(sample(name));
  const send = (body: Uint8Array<ArrayBuffer>) =>
    fetch(`${worker.origin}/v1/classify`, { method: 'POST', body });
  expect((await send(body)).status).toBe(200);
  expect(await (await send(body.slice(0, -40))).json()).toMatchObject({ type: '/problems/damaged-image' });
}

describe('the Worker', () => {
  it('uses the kernels for a model that they support, and onnxruntime for another', async () => {
    worker = await startWorker();
    expect(await ready()).toMatchObject({ engine: 'simd' });
    const score = await trouserScore();
    for (const name of ['lossy.webp', 'lossy.avif'] as const) await expectDecoded(name);

    const foreign = await withIdentity();
    await worker.stop();
    worker = await startWorker();
    await push(openLocalStore(worker.origin), foreign);
    expect(await ready()).toMatchObject({ engine: 'ort', model: { version: foreign.manifest.version } });
    expect(await trouserScore()).toBeCloseTo(score, 5);
  });

  it('uses onnxruntime with ENGINE=ort', async () => {
    worker = await startWorker({ variables: { ENGINE: 'ort' } });
    expect(await ready()).toMatchObject({ engine: 'ort' });
    await trouserScore();
  });
});

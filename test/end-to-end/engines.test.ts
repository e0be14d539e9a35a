/** @file Which engine computes what, in Workers as wrangler runs them: the kernels, or onnxruntime behind its service binding. */
import { readFile } from 'node:fs/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { sha256 } from '../../shared/digest.ts';
import { serializeStored } from '../../shared/manifest.ts';
import { decodeModel, encodeModel } from '../../shared/onnx/model.ts';
import { push } from '../../train/registry/registry.ts';
import { type Release, readRelease } from '../../train/registry/release.ts';
import { openLocalStore } from '../../train/store/open.ts';
import { type SampleName, sample } from '../fixtures/images-samples.ts';
import { type RunningWorker, startWorker } from '../support/worker.ts';

let worker: RunningWorker;
afterEach(() => worker?.stop());

/** The bundled release with an operator behind it that the kernels have no word for, and that changes nothing. */
async function withIdentity(): Promise<Release> {
  const { manifest, files } = await readRelease('release/tinyvgg.onnx');
  const model = decodeModel(files.onnx);
  const last = model.graph?.node?.at(-1);
  if (!last) throw new Error('the release has no operators');
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

/** WebP and AVIF have a Worker of their own. */
async function sendsToDecoders(name: SampleName): Promise<void> {
  const body = new Uint8Array(sample(name));
  const send = (body: Uint8Array<ArrayBuffer>) =>
    fetch(`${worker.origin}/v1/classify`, { method: 'POST', body });
  expect((await send(body)).status).toBe(200);
  expect(await (await send(body.slice(0, -40))).json()).toMatchObject({ type: '/problems/damaged-image' });
}

describe('the Worker', { timeout: 120_000 }, () => {
  it('computes with the kernels what they cover, and asks onnxruntime for the rest', async () => {
    worker = await startWorker();
    expect(await ready()).toMatchObject({ engine: 'simd' });
    const score = await trouserScore();
    for (const name of ['lossy.webp', 'lossy.avif'] as const) await sendsToDecoders(name);

    const foreign = await withIdentity();
    await worker.stop();
    worker = await startWorker();
    await push(openLocalStore(worker.origin), foreign);
    expect(await ready()).toMatchObject({ engine: 'ort', model: { version: foreign.manifest.version } });
    expect(await trouserScore()).toBeCloseTo(score, 5);
  });

  it('computes all with onnxruntime when it is told to', async () => {
    worker = await startWorker({ variables: { ENGINE: 'ort' } });
    expect(await ready()).toMatchObject({ engine: 'ort' });
    await trouserScore();
  });
});

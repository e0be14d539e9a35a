/** @file The choice of the inference engine: the SIMD kernels, or onnxruntime behind its service binding. */
import { readFile } from 'node:fs/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { push } from '../../train/registry/registry.ts';
import { readRelease } from '../../train/release/release.ts';
import { openLocalStore } from '../../train/store/open.ts';
import { withForeignOperator } from '../fixtures/colour-models.ts';
import { type SampleName, sample } from '../fixtures/images-samples.ts';
import { type RunningWorker, startWorker } from '../support/worker.ts';

let worker: RunningWorker;
afterEach(() => worker?.stop());

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

    const foreign = await withForeignOperator(await readRelease('release/tinyvgg.onnx'));
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

/** @file The effect of a manifest's temperature: it changes scores, but not logits. */
import { beforeAll, describe, expect, it } from 'vitest';
import type { HfResponse } from '../../../edge/api/hf/responses.ts';
import type { InferResponse } from '../../../edge/api/oip/responses.ts';
import type { ClassifyResponse } from '../../../edge/api/v1/responses.ts';
import { greyPng } from '../../fixtures/images.ts';
import { isolate, LABELS, tinyRelease, withTemperature } from '../support/tiny.ts';

const TEMPERATURE = 2.5;
/** A black image. Its logits are the ten numbers of the tiny model. */
const IMAGE = new Uint8Array(784);

let plain: ReturnType<typeof isolate>;
let calibrated: ReturnType<typeof isolate>;
let logits: number[];
beforeAll(async () => {
  const release = await tinyRelease(4);
  logits = release.manifest.golden.vectors[0]?.logits ?? [];
  plain = isolate(release);
  calibrated = isolate(withTemperature(release, TEMPERATURE));
});

/** Computes softmax(logits / temperature) by its definition. @returns scores by label */
function scoresAt(temperature: number): Record<string, number> {
  const powers = logits.map((logit) => Math.exp(logit / temperature));
  const sum = powers.reduce((a, b) => a + b, 0);
  return Object.fromEntries(LABELS.map((label, i) => [label, (powers[i] ?? Number.NaN) / sum]));
}

const expectScores = (got: { label: string; score: number }[], expected: Record<string, number>) => {
  expect(got).toHaveLength(LABELS.length);
  for (const { label, score } of got) expect(score).toBeCloseTo(expected[label] ?? Number.NaN, 6);
};

async function classify(worker: typeof plain) {
  const headers = { 'content-type': 'application/octet-stream' };
  const response = await worker.send('/v1/classify', { method: 'POST', body: IMAGE, headers });
  return (await response.json<ClassifyResponse>()).predictions;
}

async function huggingFace(worker: typeof plain, function_to_apply: string) {
  const inputs = btoa(String.fromCharCode(...(await greyPng(28, 28, () => 0))));
  const body = JSON.stringify({ inputs, parameters: { function_to_apply, top_k: 10 } });
  const headers = { 'content-type': 'application/json' };
  const response = await worker.send('/hf/models/tinyvgg', { method: 'POST', body, headers });
  return response.json<HfResponse>();
}

describe('a temperature', () => {
  it('divides the logits before the softmax in /v1 and /hf', async () => {
    expectScores(await classify(plain), scoresAt(1));
    expectScores(await classify(calibrated), scoresAt(TEMPERATURE));
    expectScores(await huggingFace(plain, 'softmax'), scoresAt(1));
    expectScores(await huggingFace(calibrated, 'softmax'), scoresAt(TEMPERATURE));
  });

  it.each(['none', 'sigmoid'])('does not change the scores of %s in /hf', async (output) => {
    expect(await huggingFace(calibrated, output)).toEqual(await huggingFace(plain, output));
  });

  it('does not change the logits of /v2', async () => {
    const input = { name: 'image', shape: [1, 1, 28, 28], datatype: 'FP32', data: [...IMAGE] };
    const response = await calibrated.send('/v2/models/tinyvgg/infer', {
      method: 'POST',
      body: JSON.stringify({ inputs: [input] }),
      headers: { 'content-type': 'application/json' },
    });
    const { outputs } = await response.json<InferResponse>();
    expect(outputs[0]?.data).toEqual(logits.map(Math.fround));
  });

  it('is in the served manifest', async () => {
    const manifest = await (await calibrated.send('/v1/models/tinyvgg')).json();
    expect(manifest).toMatchObject({
      calibration: { method: 'temperature', temperature: TEMPERATURE, heldOut: 6000, ece: { bins: 15 } },
    });
  });
});

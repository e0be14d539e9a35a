/** @file A service with a tiny model, for tests of the Open Inference Protocol. */
import { expect } from 'vitest';
import type { InferResponse } from '../../../../edge/api/oip/responses.ts';
import { isolate, tinyRelease } from '../../support/tiny.ts';

export const release = await tinyRelease(3);
export const { version } = release.manifest;
export const worker = isolate(release);

/** The logits of a black image. */
const bias = release.manifest.golden.vectors[0]?.logits ?? [];

export const MODEL = '/v2/models/tinyvgg';

/** Returns an image whose pixels all are `value`. */
export const image = (value: number): number[] => Array(784).fill(value);
/** Expected logits. The tiny engine adds the mean of an image to the first logit. */
export const logitsOf = (mean: number) => bias.map((logit, i) => Math.fround(i === 0 ? logit + mean : logit));

/** Returns an input tensor with one grey image. @param members replace its members */
export const input = (members: object = {}) => ({
  name: 'image',
  shape: [1, 1, 28, 28],
  datatype: 'FP32',
  data: image(0.5),
  ...members,
});

export function infer(request: unknown, path = MODEL) {
  return worker.send(`${path}/infer`, {
    method: 'POST',
    body: JSON.stringify(request),
    headers: { 'content-type': 'application/json' },
  });
}

export async function responseBody(response: Response): Promise<InferResponse> {
  expect(response.status, await response.clone().text()).toBe(200);
  expect(response.headers.get('content-type')).toBe('application/json');
  return response.json<InferResponse>();
}

export async function expectLogits(response: Response, means: number[]) {
  const { outputs } = await responseBody(response);
  const data = outputs[0]?.data ?? [];
  expect(outputs).toEqual([{ name: 'logits', datatype: 'FP32', shape: [means.length, 10], data }]);
  for (const [i, expected] of means.flatMap(logitsOf).entries()) expect(data[i]).toBeCloseTo(expected, 5);
}

/** [R] "The HTTP body must contain the … error object": `{"error": string}`, without request data. */
export async function expectError(response: Response, status: number, error = /./) {
  const text = await response.text();
  expect(response.status, text).toBe(status);
  expect(response.headers.get('content-type')).toBe('application/json');
  expect(JSON.parse(text)).toEqual({ error: expect.stringMatching(error) });
  expect(text).not.toContain('secret');
}

/** @file The API over real HTTP, with independent clients: Hugging Face's client, and a validator of OpenAPI documents. */
import { readFile } from 'node:fs/promises';
import { InferenceClient } from '@huggingface/inference';
import { Validator } from '@seriousme/openapi-schema-validator';
import { beforeAll, describe, expect, it } from 'vitest';
import { sharedWorker } from '../support/shared-worker.ts';

let origin: string;
let trouser: Uint8Array<ArrayBuffer>;

beforeAll(async () => {
  trouser = new Uint8Array(await readFile('examples/trouser.png'));
  ({ origin } = await sharedWorker());
});

describe('@huggingface/inference', () => {
  const client = new InferenceClient();
  const classify = (data: Blob, model = 'tinyvgg') =>
    client.imageClassification({ endpointUrl: `${origin}/hf/models/${model}`, data });

  it('classifies with the Worker as its endpoint', async () => {
    const predictions = await classify(new Blob([trouser]));
    expect(predictions).toHaveLength(5);
    expect(predictions[0]).toEqual({ label: 'Trouser', score: expect.any(Number) });
  });

  it('sends parameters', async () => {
    const inputs = Buffer.from(trouser).toString('base64');
    const endpointUrl = `${origin}/hf/models/tinyvgg`;
    const parameters = { top_k: 2, function_to_apply: 'none' };
    const predictions = await client.request({ endpointUrl, inputs, parameters });
    expect(predictions).toMatchObject([{ label: 'Trouser' }, {}]);
  });

  it('throws errors with the details of the Worker', async () => {
    await expect(classify(new Blob(['no image']))).rejects.toThrow(/cannot read the image/);
    await expect(classify(new Blob([trouser]), 'resnet')).rejects.toThrow(/v1\/models/);
  });
});

it('/openapi.json is valid OpenAPI 3.1', async () => {
  const document = (await (await fetch(`${origin}/openapi.json`)).json()) as Record<string, unknown>;
  const validator = new Validator();
  const result = await validator.validate(document);
  expect(result.errors ?? []).toEqual([]);
  expect(result.valid).toBe(true);
  expect(validator.version).toBe('3.1');
});

it('POST /v1/classify classifies several files of one form', async () => {
  const body = new FormData();
  for (const name of ['a', 'b']) body.append('image', new Blob([trouser]), name);
  const response = await fetch(`${origin}/v1/classify?top_k=1`, { method: 'POST', body });
  const predictions = [{ label: 'Trouser', index: 1, score: expect.any(Number) }];
  expect(await response.json()).toMatchObject({ results: [0, 1].map((index) => ({ index, predictions })) });
});

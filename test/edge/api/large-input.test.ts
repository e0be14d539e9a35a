/** @file A model with an input of 3×512×512: a request holds the inputs of few images at once, with the same results as one by one. */
import { beforeEach, expect, it } from 'vitest';
import type { ClassifyBatchResponse, ClassifyResponse } from '../../../edge/api/v1/responses.ts';
import { MAX_IMAGES } from '../../../edge/http/limits.ts';
import { concat, greyPng } from '../../fixtures/images.ts';
import { photoModel } from '../support/photo-model.ts';
import { isolate, tinyEngine, utf8 } from '../support/tiny.ts';

const SHAPE = [3, 512, 512] as const;
const VALUES = 3 * 512 * 512;

const model = await photoModel(1, { input: { name: 'image', dtype: 'float32', shape: ['n', ...SHAPE] } });
for (const vector of model.manifest.golden.vectors) vector.pixels = btoa('\0'.repeat(VALUES));

/** Most values of the input in one call of the engine. */
let most: number;
let worker: ReturnType<typeof isolate>;
beforeEach(() => {
  most = 0;
  const engine = tinyEngine();
  const { load } = engine;
  engine.load = async (...file) => {
    const classifier = await load(...file);
    const logits: typeof classifier.logits = (images, n) => {
      most = Math.max(most, images.buffer.byteLength / images.BYTES_PER_ELEMENT);
      return classifier.logits(images, n);
    };
    return { ...classifier, logits };
  };
  worker = isolate(model, { engine });
});

const classify = (body: BodyInit, query = '') =>
  worker.send(`/v1/classify${query}`, { method: 'POST', body });

const pictures = await Promise.all(
  Array.from({ length: MAX_IMAGES }, (_, i) => greyPng(28, 28, (x) => (8 * i + x) % 256)),
);
function form(files: Uint8Array<ArrayBuffer>[]) {
  const form = new FormData();
  for (const file of files) form.append('image', new File([file], 'picture'));
  return form;
}

it('a batch has the results of its images one by one', async () => {
  const files = pictures.with(3, utf8('no image'));
  const { results } = await (await classify(form(files))).json<ClassifyBatchResponse>();
  expect(most).toBe(VALUES);
  expect(results.map(({ index }) => index)).toEqual([...files.keys()]);
  for (const [i, file] of files.entries()) {
    const response = await classify(file);
    const { predictions, problem } = results[i] as Partial<ClassifyResponse> & { problem?: object };
    if (response.ok) expect((await response.json<ClassifyResponse>()).predictions).toEqual(predictions);
    else expect(problem).toMatchObject({ status: response.status });
  }
});

it('a response explains as many images as it has room for', async () => {
  const response = await classify(form(pictures), '?explain=1');
  expect(await response.json()).toMatchObject({ status: 413, limit: 6, actual: MAX_IMAGES });
  expect((await classify(form(pictures.slice(0, 6)), '?explain=1')).status).toBe(200);
  expect(most).toBe(VALUES);
});

it.each([
  ['UINT8', 1, (value: number) => Uint8Array.of(value)],
  ['FP32', 4, (value: number) => new Uint8Array(Float32Array.of(value / 255).buffer)],
] as const)('a binary tensor of %s is converted in parts', async (datatype, bytes, encode) => {
  const n = datatype === 'UINT8' ? 13 : 3;
  const parameters = { binary_data_size: n * VALUES * bytes };
  // A tensor begins at any offset.
  for (const id of ['', '1', '12']) {
    const json = utf8(
      JSON.stringify({ id, inputs: [{ name: 'image', shape: [n, ...SHAPE], datatype, parameters }] }),
    );
    const tensor = new Uint8Array(n * VALUES * bytes);
    for (let i = 0; i < n; i++) {
      const value = encode(i);
      for (let at = 0; at < VALUES * bytes; at += bytes) tensor.set(value, i * VALUES * bytes + at);
    }
    const response = await worker.send('/v2/models/photos/infer', {
      method: 'POST',
      body: concat(json, tensor),
      headers: { 'inference-header-content-length': `${json.length}` },
    });
    const { outputs } = await response.json<{ outputs: { data: number[] }[] }>();
    const first = outputs[0]?.data.filter((_, i) => i % 3 === 0) ?? [];
    for (let i = 0; i < n; i++) expect(first[i]).toBeCloseTo(i / 255, 3);
    expect(first).toHaveLength(n);
  }
  expect(most).toBe(VALUES);
});

/** @file Several models in one bucket, each served by its name with its own labels and input. */
import { afterAll, beforeEach, expect, it } from 'vitest';
import { sha256 } from '#shared/digest.ts';
import { loadModel } from '#shared/inference/model.ts';
import { FIT_VERSION, fitPicture } from '#shared/input/fit/fit.ts';
import { DEFAULT_ALIAS, type Manifest } from '#shared/manifest.ts';
import { decoder } from '../../../edge/decode/decoder.ts';
import type { BundledModel } from '../../../edge/registry/version-cache.ts';
import { BYTES, breakable, classify, photoModel, picture, rgb, SHAPE } from '../support/photo-model.ts';
import { emptyBucket, isolate, promote, put, tinyEngine, tinyRelease, utf8 } from '../support/tiny.ts';

const bundled = await tinyRelease(1);
const photos = await photoModel(2);

const JSON_TYPE = { 'content-type': 'application/json' };

beforeEach(async () => {
  await emptyBucket();
  await put(photos);
  await promote(photos);
});
// The next test file has the same bucket.
afterAll(emptyBucket);

it('serves a model by its name, with its labels, and the default model as before', async () => {
  const on = isolate(bundled);
  const { version } = photos.manifest;
  expect(await classify(on, '/v1/models/photos/classify')).toMatchObject({
    status: 200,
    model: { name: 'photos', version, alias: DEFAULT_ALIAS },
    predictions: [{ label: rgb.labels?.[2], index: 2 }, {}, {}],
  });
  expect(await classify(on, '/v1/classify')).toMatchObject({ model: { name: 'tinyvgg' } });
  expect(await classify(on, '/v1/models/tinyvgg/classify')).toMatchObject({ model: { name: 'tinyvgg' } });
  expect(await classify(on, `/v1/models/photos/classify?version=${version}`)).toMatchObject({
    model: { name: 'photos', version, alias: null },
  });
});

it('scales the picture to the input, and shows it in the explanation', async () => {
  const { explanation } = await classify(isolate(bundled), '/v1/models/photos/classify?explain=1');
  expect(explanation).toMatchObject({ steps: [{ step: 'fit', mode: 'cover' }], box: null, quality: null });
  const shown = await (await fetch(explanation?.image ?? '')).bytes();
  const rows = await decoder.decode(shown, ({ width, height, data }) => ({
    width,
    height,
    data: data.slice(),
  }));
  const fitted = await decoder.decode(picture, (pixels) =>
    fitPicture(pixels, { shape: SHAPE, mode: 'cover' }),
  );
  expect(rows).toMatchObject({ width: 5, height: 4 });
  for (let i = 0; i < 20; i++) {
    expect([...rows.data.subarray(4 * i, 4 * i + 3)]).toEqual([fitted[i], fitted[20 + i], fitted[40 + i]]);
  }
});

it('returns as many predictions as the model has labels, and all of them unless told', async () => {
  const labels = Array.from({ length: 40 }, (_, i) => `kind ${i}`);
  const output: Manifest['output'] = { name: 'scores', dtype: 'float32', shape: ['n', 40] };
  const many = await photoModel(7, { name: 'many', labels, output });
  await put(many);
  await promote(many);
  const on = isolate(bundled);
  const path = '/v1/models/many/classify';
  const { predictions } = await classify(on, path);
  expect(predictions.map(({ label }) => label).toSorted()).toEqual(labels.toSorted());
  expect((await classify(on, `${path}?top_k=40`)).predictions).toHaveLength(40);
  expect(await classify(on, `${path}?top_k=41`)).toMatchObject({
    status: 400,
    detail: 'top_k must be an integer from 1 to 40, the number of labels of this model.',
  });
  expect(await classify(on, '/v1/models/photos/classify?top_k=4')).toMatchObject({ status: 400 });
  expect((await classify(on, '/v1/classify')).predictions).toHaveLength(10);
  const body = JSON.stringify({ inputs: btoa(String.fromCharCode(...picture)), parameters: { top_k: 40 } });
  const hf = await on.send('/hf/models/many', { method: 'POST', body, headers: JSON_TYPE });
  expect(await hf.json()).toHaveLength(40);
});

it('takes raw pixels of the size of its input', async () => {
  const on = isolate(bundled);
  const headers = { 'content-type': 'application/octet-stream' };
  const path = '/v1/models/photos/classify';
  expect(await classify(on, path, new Uint8Array(BYTES), headers)).toMatchObject({ status: 200 });
  expect(await classify(on, path, new Uint8Array(784), headers)).toMatchObject({ status: 415 });
});

it('answers clients of Hugging Face and of the Open Inference Protocol', async () => {
  const { send } = isolate(bundled);
  const hf = await send('/hf/models/photos', { method: 'POST', body: picture });
  expect(await hf.json()).toMatchObject([{ label: rgb.labels?.[2] }, {}, {}]);
  const metadata = await send('/v2/models/photos');
  expect(await metadata.json()).toMatchObject({
    inputs: [{ name: 'picture', shape: [-1, ...SHAPE] }],
    outputs: [{ name: 'scores', shape: [-1, 3] }],
  });
  const tensor = {
    name: 'picture',
    shape: [1, ...SHAPE],
    datatype: 'UINT8',
    data: new Array(BYTES).fill(255),
  };
  const infer = await send('/v2/models/photos/infer', {
    method: 'POST',
    body: JSON.stringify({ inputs: [tensor] }),
  });
  expect(await infer.json()).toMatchObject({
    outputs: [{ name: 'scores', shape: [1, 3], data: [1, 0.1, 5].map((x) => expect.closeTo(x, 5)) }],
  });
});

it('shifts and scales the input by the mean and the standard deviation in the manifest', async () => {
  const normalized = await photoModel(2, {
    name: 'normalized',
    fit: { version: FIT_VERSION, mode: 'contain', mean: [0.5, 0.5, 0.5], std: [0.25, 0.25, 0.25] },
  });
  const [vector] = normalized.manifest.golden.vectors;
  // The tiny network adds the mean of its input to the first logit: (0 - 0.5) / 0.25.
  if (vector) vector.logits = [0 - 2, 0.1, 5];
  await put(normalized);
  await promote(normalized);
  const { send } = isolate(bundled);
  const path = '/v2/models/normalized/infer';
  const first = async (tensor: object) => {
    const inputs = [{ name: 'picture', shape: [1, ...SHAPE], ...tensor }];
    const response = await send(path, { method: 'POST', body: JSON.stringify({ inputs }) });
    return (await response.json<{ outputs: { data: number[] }[] }>()).outputs[0]?.data[0];
  };
  expect(await first({ datatype: 'UINT8', data: new Array(BYTES).fill(255) })).toBeCloseTo(2, 5);
  expect(await first({ datatype: 'FP32', data: new Array(BYTES).fill(-3) })).toBeCloseTo(-3, 5);
});

it('takes channels in the last place from clients of the Open Inference Protocol, as the model states', async () => {
  const last = await photoModel(2, {
    name: 'last',
    input: { name: 'picture', dtype: 'float32', shape: ['n', 4, 5, 3], layout: 'NHWC' },
    fit: { version: FIT_VERSION, mode: 'cover', mean: [0, 0, 0], std: [1, 0.5, 0.25] },
  });
  await put(last);
  await promote(last);
  const { send } = isolate(bundled);
  expect(await (await send('/v2/models/last')).json()).toMatchObject({ inputs: [{ shape: [-1, 4, 5, 3] }] });
  const blue = Array.from({ length: BYTES }, (_, i) => (i % 3 === 2 ? 255 : 0));
  const first = async (shape: number[], datatype: string, data: number[]) => {
    const body = JSON.stringify({ inputs: [{ name: 'picture', shape, datatype, data }] });
    const response = await send('/v2/models/last/infer', { method: 'POST', body });
    return (await response.json<{ outputs?: { data: number[] }[] }>()).outputs?.[0]?.data[0];
  };
  // The tiny network adds the mean of its input, to which a blue picture gives 1 / 0.25 in one of three channels.
  expect(await first([1, 4, 5, 3], 'UINT8', blue)).toBeCloseTo(4 / 3, 5);
  expect(
    await first(
      [1, 4, 5, 3],
      'FP32',
      blue.map((byte) => byte / 255),
    ),
  ).toBeCloseTo(1 / 3, 5);
  expect(await first([1, ...SHAPE], 'UINT8', blue)).toBeUndefined();
  expect(await classify(isolate(bundled), '/v1/models/last/classify')).toMatchObject({ status: 200 });
});

it('takes tensors of its own size as JSON, and states the limit of the values', async () => {
  const large = await photoModel(2, {
    name: 'large',
    input: { name: 'picture', dtype: 'float32', shape: ['n', 3, 224, 224] },
  });
  const black = btoa('\0'.repeat(3 * 224 * 224));
  for (const vector of large.manifest.golden.vectors) vector.pixels = black;
  await put(large);
  await promote(large);
  const { send } = isolate(bundled);
  const infer = async (n: number, data: unknown, path = 'large') => {
    const inputs = [{ name: 'picture', shape: [n, 3, 224, 224], datatype: 'FP32', data }];
    const response = await send(`/v2/models/${path}/infer`, {
      method: 'POST',
      body: JSON.stringify({ inputs }),
    });
    return response.json<{ outputs?: { data: number[] }[]; error?: string }>();
  };
  const values = (n: number) => new Array(n * 3 * 224 * 224).fill(1);
  const nested = new Array(3).fill(new Array(224).fill(new Array(224).fill(0.5)));
  const logits = (mean: number) => [mean, 0.1, 5].map((logit) => expect.closeTo(logit, 4));
  expect(await infer(1, values(1))).toMatchObject({ outputs: [{ data: logits(1) }] });
  expect(await infer(2, [nested, nested])).toMatchObject({
    outputs: [{ data: [...logits(0.5), ...logits(0.5)] }],
  });
  expect(await infer(6, values(6))).toMatchObject({ outputs: [{ data: { length: 18 } }] });
  const error = /more than 1048576 values.* as bytes after the JSON/;
  expect(await infer(7, values(7))).toEqual({ error: expect.stringMatching(error) });
  // Arrays and objects take more memory than numbers, so that a larger input allows no more of them.
  for (const costly of [[], { a: 1 }]) {
    const error = /more than 65536 arrays, objects or members/;
    expect(await infer(1, new Array(70_000).fill(costly))).toEqual({ error: expect.stringMatching(error) });
  }
  // The default model's input is smaller, and so is its limit.
  expect(await infer(1, values(1), 'tinyvgg')).toEqual({
    error: expect.stringMatching(/more than 65536 values/),
  });
});

it('takes probabilities as the scores, without a softmax', async () => {
  const scores = await tinyRelease(0, { ...rgb, name: 'scores' });
  const weights = utf8('[0,0.75,0.25]');
  const { photoPipeline, ...manifest } = scores.manifest;
  const sure: BundledModel = {
    weights,
    manifest: {
      ...manifest,
      version: await sha256(weights),
      bytes: weights.length,
      output: { ...manifest.output, values: 'probabilities' },
      golden: { tolerance: 1e-4, vectors: [{ pixels: btoa('\0'.repeat(BYTES)), logits: [0, 0.75, 0.25] }] },
    },
  };
  await put(sure);
  await promote(sure);
  const on = isolate(bundled);
  const headers = { 'content-type': 'application/octet-stream' };
  const { predictions } = await classify(on, '/v1/models/scores/classify', new Uint8Array(BYTES), headers);
  expect(predictions.map(({ score }) => score)).toEqual([0.75, 0.25, 0]);
});

it('refuses names of no model, and a version of another model', async () => {
  const on = isolate(bundled);
  for (const name of ['cats', 'UPPER', '..%2Fphotos', 'a'.repeat(64)]) {
    expect(await classify(on, `/v1/models/${name}/classify`)).toMatchObject({
      status: 404,
      type: expect.stringContaining('unknown-model'),
    });
  }
  const { version } = photos.manifest;
  expect(await classify(on, `/v1/classify?version=${version}`)).toMatchObject({ status: 404 });
  expect(await classify(on, '/v1/models/photos/classify?alias=canary')).toMatchObject({
    status: 404,
    type: expect.stringContaining('unknown-alias'),
  });
});

it.each([
  ['neither photoPipeline nor fit', { fit: undefined }],
  ['both photoPipeline and fit', { photoPipeline: 2 }],
  ['two channels', { input: { name: 'picture', dtype: 'float32', shape: ['n', 2, 4, 5] } }],
  ['another version of the scaling', { fit: { version: FIT_VERSION + 1, mode: 'cover' } }],
  ['fewer labels than logits', { labels: ['cat', 'dog'] }],
] as [string, Partial<Manifest>][])('does not serve a manifest with %s', async (_, changes) => {
  await put(photos, (manifest) => Object.assign(manifest, changes));
  const on = isolate(bundled);
  expect(await classify(on, '/v1/models/photos/classify')).toMatchObject({ status: 503 });
  expect(await classify(on, '/v1/classify')).toMatchObject({ status: 200 });
});

it('a manifest whose input fits no memory is refused by its golden vectors', async () => {
  const input = { name: 'picture', dtype: 'float32', shape: ['n', 3, 1e6, 1e6] } as const;
  const { manifest, weights } = await photoModel(2, { input: { ...input, shape: [...input.shape] } });
  await expect(loadModel([tinyEngine()], manifest, { read: async () => weights })).rejects.toThrow(
    'expected golden vectors of 3000000000000 bytes, got 60',
  );
});

it('keeps the last good version of each model when the bucket fails', async () => {
  const { bucket, fail } = breakable();
  const on = isolate(bundled, { bucket });
  expect(await classify(on, '/v1/models/photos/classify')).toMatchObject({ status: 200 });
  fail();
  on.clock.now += 3_600_000;
  await classify(on, '/v1/models/photos/classify');
  expect(await classify(on, '/v1/models/photos/classify')).toMatchObject({
    status: 200,
    model: { name: 'photos' },
  });
  expect(await classify(on, '/v1/models/other/classify')).toMatchObject({ status: 503 });
});

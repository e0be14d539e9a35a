/**
 * @file Conformance with the Open Inference Protocol, version 2. Quotations are from these specifications.
 *
 * [R] https://github.com/kserve/open-inference-protocol/blob/main/specification/protocol/inference_rest.md
 * [B] https://github.com/triton-inference-server/server/blob/main/docs/protocol/extension_binary_data.md
 */
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import type { InferResponse } from '../../../../edge/api/oip/responses.ts';
import { MAX_IMAGES } from '../../../../edge/http/limits.ts';
import { VERSION } from '../../../../edge/version.ts';
import { concat } from '../../../fixtures/images.ts';
import { isolate, tinyRelease, utf8 } from '../../support/tiny.ts';

let version: string;
let worker: ReturnType<typeof isolate>;
/** A service whose only model cannot load. */
let empty: ReturnType<typeof isolate>;
/** The logits of a black image. */
let bias: number[];
beforeAll(async () => {
  const release = await tinyRelease(3);
  ({ version } = release.manifest);
  bias = release.manifest.golden.vectors[0]?.logits ?? [];
  worker = isolate(release);
  empty = isolate({ ...release, weights: utf8('') });
});

const MODEL = '/v2/models/tinyvgg';

/** Returns an image whose pixels all are `value`. */
const image = (value: number): number[] => Array(784).fill(value);
/** Expected logits. The tiny engine adds the mean of an image to the first logit. */
const logitsOf = (mean: number) => bias.map((logit, i) => Math.fround(i === 0 ? logit + mean : logit));

const input = (members: object = {}) => ({
  name: 'image',
  shape: [1, 1, 28, 28],
  datatype: 'FP32',
  data: image(0.5),
  ...members,
});

function infer(request: unknown, path = MODEL) {
  return worker.send(`${path}/infer`, {
    method: 'POST',
    body: JSON.stringify(request),
    headers: { 'content-type': 'application/json' },
  });
}

async function responseBody(response: Response): Promise<InferResponse> {
  expect(response.status, await response.clone().text()).toBe(200);
  expect(response.headers.get('content-type')).toBe('application/json');
  return response.json<InferResponse>();
}

async function expectLogits(response: Response, means: number[]) {
  const { outputs } = await responseBody(response);
  const data = outputs[0]?.data ?? [];
  expect(outputs).toEqual([{ name: 'logits', datatype: 'FP32', shape: [means.length, 10], data }]);
  for (const [i, expected] of means.flatMap(logitsOf).entries()) expect(data[i]).toBeCloseTo(expected, 5);
}

/** [R] "The HTTP body must contain the … error object": `{"error": string}`, without request data. */
async function expectError(response: Response, status: number, error = /./) {
  const text = await response.text();
  expect(response.status, text).toBe(status);
  expect(response.headers.get('content-type')).toBe('application/json');
  expect(JSON.parse(text)).toEqual({ error: expect.stringMatching(error) });
  expect(text).not.toContain('secret');
}

async function jsonOf(path: string, status = 200, { send } = worker) {
  const response = await send(path);
  expect(response.status).toBe(status);
  expect(response.headers.get('content-type')).toBe('application/json');
  return response.json();
}

describe('server metadata', () => {
  it('has name, version and extensions', async () => {
    const extensions = ['binary_tensor_data'];
    expect(await jsonOf('/v2')).toEqual({ name: 'tinyvgg-edge', version: VERSION, extensions });
  });
});

describe('health', () => {
  it('reports live with and without a model', async () => {
    expect(await jsonOf('/v2/health/live')).toEqual({ live: true });
    expect(await jsonOf('/v2/health/live', 200, empty)).toEqual({ live: true });
  });

  it('reports ready with 200, or not ready with 503, for the server and a model', async () => {
    expect(await jsonOf('/v2/health/ready')).toEqual({ ready: true });
    expect(await jsonOf('/v2/health/ready', 503, empty)).toEqual({ ready: false });
    for (const path of [MODEL, `${MODEL}/versions/${version}`]) {
      expect(await jsonOf(`${path}/ready`)).toEqual({ name: 'tinyvgg', ready: true });
      expect(await jsonOf(`${path}/ready`, 503, empty)).toEqual({ name: 'tinyvgg', ready: false });
    }
  });
});

describe('model metadata', () => {
  it('has versions, platform, inputs and outputs, with -1 for a size that varies', async () => {
    const expected = {
      name: 'tinyvgg',
      versions: [version],
      platform: 'onnx_onnxv1',
      inputs: [{ name: 'image', datatype: 'FP32', shape: [-1, 1, 28, 28] }],
      outputs: [{ name: 'logits', datatype: 'FP32', shape: [-1, 10] }],
    };
    expect(await jsonOf(MODEL)).toEqual(expected);
    expect(await jsonOf(`${MODEL}/versions/${version}`)).toEqual(expected);
  });

  it('of an unknown model or version is an error', async () => {
    for (const path of ['', '/ready']) {
      await expectError(await worker.send(`/v2/models/secret${path}`), 404);
      await expectError(await worker.send(`${MODEL}/versions/secret${path}`), 404);
    }
    await expectError(await empty.send(MODEL), 503);
  });
});

describe('inference', () => {
  it('returns model, version and output', async () => {
    const answer = await responseBody(await infer({ inputs: [input()] }));
    expect(answer).toMatchObject({ model_name: 'tinyvgg', model_version: version });
    expect(answer).not.toHaveProperty('id');
  });

  it('[R] "if specified this identifier must be returned in the response"', async () => {
    for (const id of ['42', '', '"\\\u0000\u2028']) {
      expect(await responseBody(await infer({ id, inputs: [input()] }))).toMatchObject({ id });
    }
  });

  it('accepts a served version in the path, but no other', async () => {
    await expectLogits(await infer({ inputs: [input()] }, `${MODEL}/versions/${version}`), [0.5]);
    await expectError(await infer({ inputs: [input()] }, `${MODEL}/versions/1`), 404);
    await expectError(await infer({ inputs: [input()] }, '/v2/models/secret'), 404);
  });

  it('accepts tensors flat or "in their natural multi-dimensional representation"', async () => {
    const rows = (value: number) => Array(28).fill(Array(28).fill(value));
    await expectLogits(await infer({ inputs: [input()] }), [0.5]);
    await expectLogits(await infer({ inputs: [input({ data: [[rows(0.5)]] })] }), [0.5]);
    const shape = [2, 1, 28, 28];
    const flat = [...image(0.25), ...image(1)];
    await expectLogits(await infer({ inputs: [input({ shape, data: flat })] }), [0.25, 1]);
    await expectLogits(
      await infer({ inputs: [input({ shape, data: [[rows(0.25)], [rows(1)]] })] }),
      [0.25, 1],
    );
  });

  it('accepts UINT8 pixels', async () => {
    await expectLogits(await infer({ inputs: [input({ datatype: 'UINT8', data: image(51) })] }), [0.2]);
  });

  it('accepts as many images as the limit, but no more', async () => {
    const batch = (n: number) => input({ shape: [n, 1, 28, 28], data: Array(n * 784).fill(0) });
    await expectLogits(await infer({ inputs: [batch(MAX_IMAGES)] }), Array(MAX_IMAGES).fill(0));
    await expectError(await infer({ inputs: [batch(MAX_IMAGES + 1)] }), 413, /more than 32/);
  });

  it('returns the requested outputs, or all when the request has none', async () => {
    for (const outputs of [undefined, [], [{ name: 'logits' }]]) {
      await expectLogits(await infer({ inputs: [input()], outputs }), [0.5]);
    }
    await expectError(await infer({ inputs: [input()], outputs: [{ name: 'secret' }] }), 400, /"logits"/);
  });

  it('ignores unknown parameters and members', async () => {
    const parameters = { priority: 1, sequence: 'a', flag: true };
    const request = { model_name: 'x', parameters, inputs: [input({ parameters })] };
    await expectLogits(await infer({ ...request, outputs: [{ name: 'logits', parameters }] }), [0.5]);
  });

  it.each<[name: string, request: unknown]>([
    ['no object', []],
    ['no inputs', {}],
    ['an empty list of inputs', { inputs: [] }],
    ['two inputs', { inputs: [input(), input()] }],
    ['another input', { inputs: [input({ name: 'secret' })] }],
    ['an id that is no text', { id: 1, inputs: [input()] }],
    ['no shape', { inputs: [input({ shape: undefined })] }],
    ['another shape', { inputs: [input({ shape: [1, 28, 28] })] }],
    ['a shape of the wrong size', { inputs: [input({ shape: [1, 1, 28, 27] })] }],
    ['a longer shape', { inputs: [input({ shape: [1, 1, 28, 28, 1] })] }],
    ['a batch of none', { inputs: [input({ shape: [0, 1, 28, 28], data: [] })] }],
    ['a size below 0', { inputs: [input({ shape: [-1, 1, 28, 28] })] }],
    ['a size that is not an integer', { inputs: [input({ shape: [1.5, 1, 28, 28] })] }],
    ['an unknown datatype', { inputs: [input({ datatype: 'secret' })] }],
    ['an unsupported datatype', { inputs: [input({ datatype: 'FP64' })] }],
    ['no data', { inputs: [input({ data: undefined })] }],
    ['data that is not an array', { inputs: [input({ data: 'secret' })] }],
    ['too little data', { inputs: [input({ data: image(0).slice(1) })] }],
    ['too much data', { inputs: [input({ data: [...image(0), 0] })] }],
    ['data of another shape', { inputs: [input({ data: [image(0)] })] }],
    ['data with too many dimensions', { inputs: [input({ data: image(0).map((value) => [value]) })] }],
    ['text in the data', { inputs: [input({ data: ['secret', ...image(0).slice(1)] })] }],
    ['null in the data', { inputs: [input({ data: [null, ...image(0).slice(1)] })] }],
    ['pixels of 0..255 as FP32', { inputs: [input({ data: image(255) })] }],
    ['pixels below 0', { inputs: [input({ data: image(-0.1) })] }],
    ['fractions as UINT8', { inputs: [input({ datatype: 'UINT8', data: image(0.5) })] }],
    ['bytes above 255', { inputs: [input({ datatype: 'UINT8', data: image(256) })] }],
  ])('%s: 400', async (_name, request) => {
    await expectError(await infer(request), 400);
  });

  it('invalid JSON: 400', async () => {
    for (const body of ['{', 'secret', '\ufffe', '['.repeat(60_000)]) {
      await expectError(await worker.send(`${MODEL}/infer`, { method: 'POST', body }), 400);
    }
  });

  it('deeply nested data: 400', async () => {
    const nested = `${'['.repeat(60_000)}${']'.repeat(60_000)}`;
    const body = JSON.stringify({ inputs: [input({ data: 'nested' })] }).replace('"nested"', nested);
    await expectError(await worker.send(`${MODEL}/infer`, { method: 'POST', body }), 400, /data/);
  });

  it('any JSON in any member: 200 or 4xx', async () => {
    const members = fc.record(
      { name: fc.constant('image'), shape: fc.jsonValue(), datatype: fc.jsonValue(), data: fc.jsonValue() },
      { requiredKeys: [] },
    );
    await fc.assert(
      fc.asyncProperty(members, fc.jsonValue(), async (members, other) => {
        for (const request of [
          { inputs: [members] },
          { inputs: [input(members)] },
          { inputs: other },
          other,
        ]) {
          const { status } = await infer(request);
          expect(status === 200 || (status >= 400 && status < 500)).toBe(true);
        }
      }),
      { numRuns: 100 },
    );
  });

  it('no model: 503', async () => {
    const body = JSON.stringify({ inputs: [input()] });
    await expectError(await empty.send(`${MODEL}/infer`, { method: 'POST', body }), 503);
  });
});

describe('binary tensor data', () => {
  const floats = (...values: number[]) => new Uint8Array(Float32Array.from(values).buffer);

  interface Message {
    json: object;
    binary: Uint8Array;
    length?: string;
  }

  /** [B] "The binary data for a tensor is delivered in the HTTP body after the JSON object" */
  function send({ json, binary, length }: Message) {
    const head = utf8(JSON.stringify(json));
    return worker.send(`${MODEL}/infer`, {
      method: 'POST',
      body: concat(head, binary),
      headers: {
        'content-type': 'application/octet-stream',
        'inference-header-content-length': length ?? `${head.length}`,
      },
    });
  }

  const binaryInput = (binary_data_size: unknown, members: object = {}) =>
    input({ data: undefined, parameters: { binary_data_size }, ...members });

  it('is accepted at any offset in the body', async () => {
    for (const id of ['a', 'ab', 'abc', 'abcd']) {
      const json = { id, inputs: [binaryInput(3136)] };
      await expectLogits(await send({ json, binary: floats(...image(0.25)) }), [0.25]);
    }
  });

  it('is accepted as UINT8', async () => {
    const shape = [2, 1, 28, 28];
    const json = { inputs: [binaryInput(1568, { datatype: 'UINT8', shape })] };
    await expectLogits(
      await send({ json, binary: Uint8Array.from([...image(51), ...image(255)]) }),
      [0.2, 1],
    );
  });

  it.each<[name: string, members: object, isBinary: boolean]>([
    ['binary_data_output', { parameters: { binary_data_output: true } }, true],
    ['binary_data', { outputs: [{ name: 'logits', parameters: { binary_data: true } }] }, true],
    [
      'binary_data over binary_data_output',
      {
        parameters: { binary_data_output: true },
        outputs: [{ name: 'logits', parameters: { binary_data: false } }],
      },
      false,
    ],
    ['neither', { outputs: [{ name: 'logits' }] }, false],
  ])('is returned according to %s', async (_name, members, isBinary) => {
    const response = await infer({ id: '7', inputs: [input()], ...members });
    if (!isBinary) return expectLogits(response, [0.5]);
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toBe('application/octet-stream');
    const body = new Uint8Array(await response.arrayBuffer());
    const length = Number(response.headers.get('inference-header-content-length'));
    const answer = JSON.parse(new TextDecoder().decode(body.subarray(0, length)));
    expect(answer).toEqual({
      model_name: 'tinyvgg',
      model_version: version,
      id: '7',
      outputs: [{ name: 'logits', shape: [1, 10], datatype: 'FP32', parameters: { binary_data_size: 40 } }],
    });
    expect(body.length).toBe(length + 40);
    const view = new DataView(body.buffer, length);
    for (const [i, logit] of logitsOf(0.5).entries())
      expect(view.getFloat32(4 * i, true)).toBeCloseTo(logit, 5);
  });

  const binary = floats(...image(0));
  it.each<[name: string, message: Message]>([
    ['a size that is not the shape’s', { json: { inputs: [binaryInput(3135)] }, binary }],
    ['a size that is not a number', { json: { inputs: [binaryInput('secret')] }, binary }],
    ['fewer bytes than the size', { json: { inputs: [binaryInput(3136)] }, binary: binary.slice(1) }],
    ['more bytes than the size', { json: { inputs: [binaryInput(3136)] }, binary: concat(binary, binary) }],
    ['data beside the bytes', { json: { inputs: [binaryInput(3136, { data: image(0) })] }, binary }],
    ['bytes that no input refers to', { json: { inputs: [input()] }, binary }],
    ['neither', { json: { inputs: [binaryInput(undefined)] }, binary: new Uint8Array() }],
    ['NaN', { json: { inputs: [binaryInput(3136)] }, binary: floats(Number.NaN, ...image(0).slice(1)) }],
    ['infinity', { json: { inputs: [binaryInput(3136)] }, binary: floats(Infinity, ...image(0).slice(1)) }],
    ['a header beyond the body', { json: { inputs: [binaryInput(3136)] }, binary, length: '9999999' }],
    ['a header below the JSON', { json: { inputs: [binaryInput(3136)] }, binary, length: '10' }],
    ['a header that is not a number', { json: { inputs: [binaryInput(3136)] }, binary, length: '1e2' }],
    ['a negative header', { json: { inputs: [binaryInput(3136)] }, binary, length: '-1' }],
  ])('%s: 400', async (_name, message) => {
    await expectError(await send(message), 400);
  });
});

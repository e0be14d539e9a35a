/**
 * @file Conformance with the Open Inference Protocol, version 2. Quotations are from its specification.
 *
 * [R] https://github.com/kserve/open-inference-protocol/blob/main/specification/protocol/inference_rest.md
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MAX_IMAGES } from '../../../../edge/http/limits.ts';
import { VERSION } from '../../../../edge/version.ts';
import { isolate, utf8 } from '../../support/tiny.ts';
import {
  expectError,
  expectLogits,
  image,
  infer,
  input,
  MODEL,
  release,
  responseBody,
  version,
  worker,
} from './service.ts';

/** A service whose only model cannot load. */
const empty = isolate({ ...release, weights: utf8('') });

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
    const body = await responseBody(await infer({ inputs: [input()] }));
    expect(body).toMatchObject({ model_name: 'tinyvgg', model_version: version });
    expect(body).not.toHaveProperty('id');
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

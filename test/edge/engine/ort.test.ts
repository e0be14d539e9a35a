/** @file onnxruntime-web in workerd, with the bundled model, and the memory of its Worker. */
import { env } from 'cloudflare:workers';
import * as v from 'valibot';
import { afterAll, describe, expect, it } from 'vitest';
import { sha256 } from '#shared/digest.ts';
import { loadModel } from '#shared/inference/model.ts';
import { Manifest, modelKey } from '#shared/manifest.ts';
import { DataType, encodeModel, type Node, type Tensor } from '#shared/onnx/model.ts';
import { createApp } from '../../../edge/app.ts';
import { graphWithoutWeights } from '../../../edge/engine/external-weights.ts';
import { ortEngine } from '../../../edge/engine/ort.ts';
import OrtWorker, { type StoredModel } from '../../../edge/engine/ort-worker.ts';
import worker from '../../../edge/worker.ts';
import release from '../../../release/tinyvgg.json';
import weights from '../../../release/tinyvgg.onnx';
import { greyPng } from '../../fixtures/images.ts';
import { emptyBucket, fetchAndFinish, promote, put } from '../support/tiny.ts';

/** A `DataType` of ONNX. */
const INT64 = 7;

const manifest = v.parse(Manifest, release);
const bytes = new Uint8Array(weights);
const file = { read: async () => bytes };
afterAll(emptyBucket);

it('the manifest of the bundled model is valid; the Worker does not validate it', () => {
  expect(manifest).toEqual(release);
});

it('WebAssembly.instantiate is restored and still refuses bytes', async () => {
  const { instantiate } = WebAssembly;
  await loadModel([ortEngine], manifest, file);
  expect(WebAssembly.instantiate).toBe(instantiate);
});

it('loading and running do not yield to another request', async () => {
  let turns = 0;
  const timer = setInterval(() => {
    turns += 1;
  }, 0);
  const classifier = await ortEngine.load(file, manifest);
  await classifier.logits(new Float32Array(784), 1);
  await classifier.release();
  expect(turns).toBe(0);
  await new Promise((resolve) => setTimeout(resolve, 5));
  expect(turns).toBeGreaterThan(0);
  clearInterval(timer);
});

it('a batch has the same logits as single images', async () => {
  const classifier = await ortEngine.load(file, manifest);
  const images = Float32Array.from({ length: 3 * 784 }, (_, i) => (i % 251) / 255);
  const batch = await classifier.logits(images, 3);
  const { length } = manifest.labels;
  expect(batch).toHaveLength(3 * length);
  for (let i = 0; i < 3; i++) {
    const one = await classifier.logits(images.slice(784 * i, 784 * (i + 1)), 1);
    for (const [j, logit] of one.entries()) expect(batch[length * i + j]).toBeCloseTo(logit, 5);
  }
  await classifier.release();
});

it('invalid bytes are refused, and the next model loads', async () => {
  await expect(ortEngine.load({ read: async () => bytes.slice(0, 1000) }, manifest)).rejects.toThrow();
  await (await ortEngine.load(file, manifest)).release();
});

it('the Worker serves the bundled model while the bucket is empty', async () => {
  const image = await greyPng(28, 28, (x, y) => (x > 6 && x < 21 && y > 3 ? 180 : 0));
  const request = new Request('https://edge.test/v1/classify', { method: 'POST', body: image });
  const response = await fetchAndFinish(worker, request);
  expect(response.status).toBe(200);
  const { version } = manifest;
  expect(await response.json()).toMatchObject({ model: { name: 'tinyvgg', version, alias: 'bundled' } });
});

it('a model in the bucket serves through its alias', async () => {
  const bundled = { manifest, weights: bytes };
  await put(bundled);
  await promote(bundled);
  const app = createApp({ engine: ortEngine, bundled });
  const response = await fetchAndFinish(app, new Request('https://edge.test/health/ready'));
  expect(await response.json()).toMatchObject({ status: 'ready', model: { alias: 'stable' } });
});

/** Returns the ONNX file of the product of a 1 × 1 picture and the weights `data`. */
const product = (classes: number, data: { rawData: Uint8Array } | { floatData: number[] }) =>
  graphOf(
    classes,
    [{ opType: 'MatMul', input: ['x', 'w'], output: ['y'] }],
    [{ name: 'w', dims: [1, classes], dataType: DataType.FLOAT, ...data }],
  );

/** Returns the ONNX file of a graph from a 1 × 1 picture `x` to the output `y`. */
function graphOf(classes: number, node: Node[], initializer: Tensor[]) {
  return encodeModel({
    irVersion: 8,
    opsetImport: [{ version: 17 }],
    graph: {
      name: 'large',
      node,
      initializer,
      input: [
        {
          name: 'x',
          type: {
            tensorType: { elemType: DataType.FLOAT, shape: { dim: [{ dimParam: 'n' }, { dimValue: 1 }] } },
          },
        },
      ],
      output: [
        {
          name: 'y',
          type: {
            tensorType: {
              elemType: DataType.FLOAT,
              shape: { dim: [{ dimParam: 'n' }, { dimValue: classes }] },
            },
          },
        },
      ],
    },
  });
}

describe('the onnxruntime Worker', () => {
  /** Models by their size. Several tests use the same, and to store one of 40 MB takes seconds. */
  const models = new Map<number, Promise<Omit<StoredModel, 'isDefault'>>>();

  /** Returns a model of `megabytes` MB in the bucket: the mean of a 1 × 1 picture times weights. */
  async function stored(megabytes: number, isDefault = false): Promise<StoredModel> {
    const model = models.get(megabytes) ?? store(megabytes);
    models.set(megabytes, model);
    return { ...(await model), isDefault };
  }

  async function store(megabytes: number): Promise<Omit<StoredModel, 'isDefault'>> {
    const values = new Float32Array((megabytes * 2 ** 20) / 4 - 64).fill(megabytes);
    const classes = values.length;
    const onnx = product(classes, { rawData: new Uint8Array(values.buffer) });
    const version = await sha256(onnx);
    const key = modelKey('large', version, 'onnx');
    await env.MODELS.put(key, onnx);
    const input = { name: 'x', dtype: 'float32', shape: ['n', 1] } as const;
    const output = { name: 'y', dtype: 'float32', shape: ['n', classes] } as const;
    return {
      key,
      version,
      bytes: onnx.length,
      input: { ...input, shape: [...input.shape] },
      output: { ...output, shape: [...output.shape] },
    };
  }

  const worker = () => new OrtWorker({} as ExecutionContext, { MODELS: env.MODELS });
  const first = async (version: string) => (await worker().logits(version, Float32Array.of(2), 1))?.[0];

  it('holds models up to its memory, and evicts the one that was used longest ago', {
    tags: ['slow'],
  }, async () => {
    const models = [await stored(20), await stored(21), await stored(28)];
    for (const model of models.slice(0, 2)) expect(await worker().loadStored(model)).toBeUndefined();
    const [oldest, second, large] = models.map(({ version }) => version) as [string, string, string];
    expect([await first(second), await first(oldest)]).toEqual([42, 40]);
    expect(await worker().loadStored(models[2] as StoredModel)).toBeUndefined();
    expect([await first(second), await first(oldest), await first(large)]).toEqual([undefined, 40, 56]);
  });

  it('never evicts the default model, and refuses one that does not fit beside it', {
    tags: ['slow'],
  }, async () => {
    const [usual, large] = [await stored(40, true), await stored(30)];
    expect(await worker().loadStored(usual)).toBeUndefined();
    expect(await worker().loadStored(large)).toEqual({ most: expect.any(Number) });
    expect([await first(usual.version), await first(large.version)]).toEqual([80, undefined]);
    expect(await worker().loadStored({ ...large, isDefault: true })).toBeUndefined();
    expect([await first(usual.version), await first(large.version)]).toEqual([undefined, 60]);
  });

  it('keeps the model that has become the default since it was loaded, and not the one that was', async () => {
    const [before, next, other] = [await stored(20, true), await stored(21), await stored(28)];
    for (const model of [before, next]) expect(await worker().loadStored(model)).toBeUndefined();
    await worker().logits(next.version, Float32Array.of(2), 1, true);
    expect(await first(before.version)).toBe(40);
    expect(await worker().loadStored(other)).toBeUndefined();
    expect([await first(before.version), await first(next.version)]).toEqual([undefined, 42]);
  });

  it('keeps the default model when a new default is damaged', async () => {
    const [usual, damaged, other] = [await stored(20, true), await stored(2, true), await stored(30)];
    expect(await worker().loadStored(usual)).toBeUndefined();
    await env.MODELS.put(damaged.key, new Uint8Array(damaged.bytes));
    expect(await worker().loadStored(damaged)).toHaveProperty('fault');
    expect(await worker().loadStored(other)).toBeUndefined();
    expect(await first(usual.version)).toBe(40);
  });

  it.each([
    { name: 'raw data', data: (values: Float32Array) => ({ rawData: new Uint8Array(values.buffer) }) },
    { name: 'float data', data: (values: Float32Array) => ({ floatData: [...values] }) },
  ])('takes weights that are $name out of the graph, and computes with them', async ({ data }) => {
    const onnx = product(1000, data(Float32Array.from({ length: 1000 }, (_, i) => i)));
    expect(graphWithoutWeights(onnx).length).toBeLessThan(300);
    const input = { name: 'x', dtype: 'float32' as const, shape: ['n', 1] };
    const output = { name: 'y', dtype: 'float32' as const, shape: ['n', 1000] };
    const classifier = await ortEngine.load({ read: async () => onnx }, { input, output });
    expect([...(await classifier.logits(Float32Array.of(2), 1))].slice(0, 3)).toEqual([0, 2, 4]);
    await classifier.release();
  });

  it('reports a file that is missing or another one', async () => {
    const model = await stored(1);
    await env.MODELS.put(model.key, new Uint8Array(model.bytes));
    expect(await worker().loadStored(model)).toMatchObject({
      fault: { expected: `SHA-256 ${model.version}` },
    });
    await env.MODELS.delete(model.key);
    expect(await worker().loadStored(model)).toEqual({ unreadable: expect.stringContaining(model.key) });
  });
});

it('a model whose results exceed the memory fails, and the next one runs', async () => {
  const numbers = (name: string, ...values: bigint[]): Tensor => {
    const rawData = new Uint8Array(BigInt64Array.from(values).buffer);
    return { name, dims: [values.length], dataType: INT64, rawData };
  };
  // 4 GB, of which the graph returns the first number.
  const onnx = graphOf(
    1,
    [
      { opType: 'Tile', input: ['x', 'repeats'], output: ['tiles'] },
      { opType: 'Slice', input: ['tiles', 'start', 'end', 'axis'], output: ['y'] },
    ],
    [numbers('repeats', 1n, 1_000_000_000n), numbers('start', 0n), numbers('end', 1n), numbers('axis', 1n)],
  );
  const input = { name: 'x', dtype: 'float32' as const, shape: ['n', 1] };
  const output = { name: 'y', dtype: 'float32' as const, shape: ['n', 1] };
  const tiles = await ortEngine.load({ read: async () => onnx }, { input, output });
  await expect(tiles.logits(Float32Array.of(2), 1)).rejects.toThrow();
  await tiles.release();
  const classifier = await ortEngine.load(file, manifest);
  expect(await classifier.logits(new Float32Array(784), 1)).toHaveLength(manifest.labels.length);
  await classifier.release();
});

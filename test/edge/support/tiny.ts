/** @file A tiny inference engine with its models, and the app on the local R2 bucket. */
import { env } from 'cloudflare:workers';
import { sha256 } from '#shared/digest.ts';
import type { InferenceEngine } from '#shared/inference/engine.ts';
import { PHOTO_PIPELINE } from '#shared/input/garment/photo.ts';
import {
  type Alias,
  aliasKey,
  DEFAULT_ALIAS,
  FORMAT_VERSION,
  type Manifest,
  modelKey,
  serializeStored,
} from '#shared/manifest.ts';
import { answersOf } from '#shared/predictions.ts';
import { createApp } from '../../../edge/app.ts';
import type { AppEnv } from '../../../edge/http/env.ts';
import type { BundledModel } from '../../../edge/registry/version-cache.ts';
import release from '../../../release/tinyvgg.json';
import { expectDocumented } from './documented.ts';

/** The labels that the bundled model answers with. */
export const LABELS: readonly string[] = answersOf(release);

/** A model is ten numbers as JSON: the logits of a black image. The mean of an image is added to the first one. */
export interface TinyEngine extends InferenceEngine {
  /** Bytes that each model takes. */
  bytes: number;
  /** Number of loaded models. */
  loads: number;
  /** Number of calls to `logits`. */
  runs: number;
}

export function tinyEngine(): TinyEngine {
  const engine: TinyEngine = {
    name: 'tiny',
    bytes: 0,
    loads: 0,
    runs: 0,
    async load(file) {
      const bias: number[] = JSON.parse(new TextDecoder().decode(await file.read()));
      engine.loads += 1;
      return {
        bytes: engine.bytes,
        async logits(images, n) {
          engine.runs += 1;
          const pixels = images.length / n;
          const mean = (i: number) =>
            images.subarray(i * pixels, (i + 1) * pixels).reduce((a, b) => a + b, 0) / pixels;
          return Float32Array.from({ length: n * bias.length }, (_, i) => {
            const [image, label] = [Math.floor(i / bias.length), i % bias.length];
            return (bias[label] ?? Number.NaN) + (label === 0 ? mean(image) : 0);
          });
        },
      };
    },
  };
  return engine;
}

/** Creates a model that predicts the label `winner` for every image. @param changes to its manifest, such as other labels */
export async function tinyRelease(winner: number, changes: Partial<Manifest> = {}): Promise<BundledModel> {
  const labels = changes.labels ?? [...LABELS];
  const bias = labels.map((_, i) => (i === winner ? 5 : i / 10));
  const weights = utf8(JSON.stringify(bias));
  const manifest: Manifest = {
    formatVersion: FORMAT_VERSION,
    name: 'tinyvgg',
    version: await sha256(weights),
    bytes: weights.length,
    irVersion: 8,
    opset: 17,
    input: { name: 'image', dtype: 'float32', shape: ['batch', 1, 28, 28] },
    output: { name: 'logits', dtype: 'float32', shape: ['batch', labels.length] },
    labels,
    parameters: 10,
    photoPipeline: PHOTO_PIPELINE,
    metrics: { trainLoss: 1, testLoss: 1, labAccuracy: 50, testAccuracy: 0.5 },
    training: { recipe: 'none', seed: 1, epochs: 1, images: 1, engine: 'none', dataset: {}, gitCommit: null },
    golden: {
      tolerance: 1e-4,
      vectors: [{ pixels: btoa('\0'.repeat(784)), logits: bias }],
    },
    ...changes,
  };
  return { manifest, weights };
}

/** Returns the model with a calibration. */
export function withTemperature({ manifest, weights }: BundledModel, temperature: number): BundledModel {
  const ece = { before: 0.04, after: 0.01, bins: 15, images: 10_000 };
  const calibration = { method: 'temperature', temperature, heldOut: 6000, ece } as const;
  return { manifest: { ...manifest, calibration }, weights };
}

/** Encodes a text. */
export function utf8(text: string): Uint8Array<ArrayBuffer> {
  return new Uint8Array(new TextEncoder().encode(text));
}

/** Writes the two objects of a version. @param edit changes the manifest before it is written */
export async function put(
  { manifest, weights }: BundledModel,
  edit: (manifest: Manifest) => void = () => {},
) {
  const written = structuredClone(manifest);
  edit(written);
  await env.MODELS.put(modelKey(manifest.name, manifest.version, 'onnx'), weights);
  await env.MODELS.put(modelKey(manifest.name, manifest.version, 'json'), serializeStored(written));
}

/** Points an alias at a version. */
export async function promote({ manifest }: BundledModel, name = DEFAULT_ALIAS) {
  const alias: Alias = {
    formatVersion: FORMAT_VERSION,
    version: manifest.version,
    previous: [],
    withdrawn: [],
    promotedAt: '2026-01-01T00:00:00Z',
    reason: 'test',
  };
  await env.MODELS.put(aliasKey(manifest.name, name), serializeStored(alias));
}

/** Key of the default alias. */
export const STABLE = aliasKey('tinyvgg', DEFAULT_ALIAS);

/**
 * Sends a request and waits for the work after its response. `cloudflare:test` offers the same, but imports the whole Worker with
 * 14 MB of onnxruntime, which takes ten seconds in every test file. The service is open unless `bindings` are given.
 */
export async function fetchAndFinish(
  app: ReturnType<typeof createApp>,
  request: Request,
  bindings: Partial<AppEnv['Bindings']> = { ACCESS: 'open' },
): Promise<Response> {
  const after: Promise<unknown>[] = [];
  const context = {
    waitUntil: (promise: Promise<unknown>) => void after.push(promise),
    passThroughOnException() {},
    props: {},
  };
  const response = await app.fetch(request, { MODELS: env.MODELS, ...bindings }, context);
  await Promise.all(after);
  return response;
}

/** Deletes all objects of the bucket. */
export async function emptyBucket() {
  const { objects } = await env.MODELS.list();
  await env.MODELS.delete(objects.map(({ key }) => key));
}

/** The API key for `/metrics`. */
export const OPERATOR = { authorization: 'Bearer operator' };

/** Bindings of an open service with one API key. */
export const OPEN = { ACCESS: 'open', API_KEYS: `operator:${await sha256(utf8('operator'))}` };

interface IsolateOptions {
  bindings?: Partial<AppEnv['Bindings']>;
  bucket?: R2Bucket;
  engine?: TinyEngine;
  /** Bytes of memory for models. */
  memory?: number;
}

/** Starts the app of one isolate, with a clock that the test sets. */
export function isolate(
  bundled: BundledModel,
  { bindings = OPEN, bucket = env.MODELS, engine = tinyEngine(), memory }: IsolateOptions = {},
) {
  const clock = { now: Date.UTC(2026, 0, 1) };
  const app = createApp({ engine, bundled, now: () => clock.now, ...(memory && { memory }) });
  /** Sends a request and validates the response against the OpenAPI document. A path is sent to a public host. */
  async function send(path: string, init?: RequestInit): Promise<Response> {
    const request = new Request(path.startsWith('http') ? path : `https://edge.test${path}`, init);
    const isJson =
      request.headers.get('content-type') === 'application/json' && typeof init?.body === 'string';
    const response = await fetchAndFinish(app, request, { MODELS: bucket, ...bindings });
    await expectDocumented(request, response, isJson ? String(init?.body) : undefined);
    return response;
  }
  return { send, clock, engine };
}

/** @file An engine small enough to see through, models for it, and the API around both, on the real local R2 bucket. */
import { env } from 'cloudflare:workers';
import { sha256 } from '#shared/digest.ts';
import type { InferenceEngine } from '#shared/inference/engine.ts';
import { PHOTO_PIPELINE } from '#shared/input/garment/photo.ts';
import { LABELS } from '#shared/labels.ts';
import {
  type Alias,
  aliasKey,
  DEFAULT_ALIAS,
  FORMAT_VERSION,
  type Manifest,
  modelKey,
  serializeStored,
} from '#shared/manifest.ts';
import { createApp } from '../../../edge/app.ts';
import type { AppEnv } from '../../../edge/http/env.ts';
import type { BundledModel } from '../../../edge/registry/version-cache.ts';
import { expectDocumented } from './documented.ts';

/** A model is ten numbers as JSON: they are the logits of a black image, and an image's mean adds to the first. */
export interface TinyEngine extends InferenceEngine {
  /** How many models were loaded. */
  loads: number;
  /** How often a model has computed something. */
  runs: number;
}

export function tinyEngine(): TinyEngine {
  const engine: TinyEngine = {
    name: 'tiny',
    loads: 0,
    runs: 0,
    async load(model) {
      const bias: number[] = JSON.parse(new TextDecoder().decode(model));
      engine.loads += 1;
      return {
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

/** A model that answers `winner` to every image. */
export async function tinyRelease(winner: number): Promise<BundledModel> {
  const bias = LABELS.map((_, i) => (i === winner ? 5 : i / 10));
  const weights = utf8(JSON.stringify(bias));
  const manifest: Manifest = {
    formatVersion: FORMAT_VERSION,
    name: 'tinyvgg',
    version: await sha256(weights),
    bytes: weights.length,
    irVersion: 8,
    opset: 17,
    input: { name: 'image', dtype: 'float32', shape: ['batch', 1, 28, 28] },
    output: { name: 'logits', dtype: 'float32', shape: ['batch', 10] },
    labels: [...LABELS],
    parameters: 10,
    photoPipeline: PHOTO_PIPELINE,
    metrics: { trainLoss: 1, testLoss: 1, labAccuracy: 50, testAccuracy: 0.5 },
    training: { recipe: 'none', seed: 1, epochs: 1, images: 1, engine: 'none', dataset: {}, gitCommit: null },
    golden: {
      tolerance: 1e-4,
      vectors: [{ pixels: btoa('\0'.repeat(784)), logits: bias }],
    },
  };
  return { manifest, weights };
}

/** The same model, calibrated. */
export function withTemperature({ manifest, weights }: BundledModel, temperature: number): BundledModel {
  const ece = { before: 0.04, after: 0.01, bins: 15, images: 10_000 };
  const calibration = { method: 'temperature', temperature, heldOut: 6000, ece } as const;
  return { manifest: { ...manifest, calibration }, weights };
}

/** Bytes of a text. */
export function utf8(text: string): Uint8Array<ArrayBuffer> {
  return new Uint8Array(new TextEncoder().encode(text));
}

/** Writes a version's two objects; `edit` changes the manifest on its way. */
export async function put(
  { manifest, weights }: BundledModel,
  edit: (manifest: Manifest) => void = () => {},
) {
  const written = structuredClone(manifest);
  edit(written);
  await env.MODELS.put(modelKey(manifest.name, manifest.version, 'onnx'), weights);
  await env.MODELS.put(modelKey(manifest.name, manifest.version, 'json'), serializeStored(written));
}

/** Lets an alias mean a version. */
export async function promote({ manifest }: BundledModel, name = DEFAULT_ALIAS) {
  const alias: Alias = {
    formatVersion: FORMAT_VERSION,
    version: manifest.version,
    previous: [],
    withdrawn: [],
    promotedAt: '2026-01-01T00:00:00Z',
    reason: 'test',
  };
  await env.MODELS.put(aliasKey('tinyvgg', name), serializeStored(alias));
}

/** Key of the alias that is served. */
export const STABLE = aliasKey('tinyvgg', DEFAULT_ALIAS);

/**
 * Sends a request and waits for what the Worker does after its answer. `cloudflare:test` could do so, too, but to import it
 * is to import the whole Worker with its 14 MB of runtime: ten seconds for every test file. Everybody may call, unless `bindings`
 * say otherwise.
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

/** Deletes all that the bucket holds. */
export async function emptyBucket() {
  const { objects } = await env.MODELS.list();
  await env.MODELS.delete(objects.map(({ key }) => key));
}

/** What `/metrics` asks for. */
export const OPERATOR = { authorization: 'Bearer operator' };

/** Open to everybody, with one key. */
export const OPEN = { ACCESS: 'open', API_KEYS: `operator:${await sha256(utf8('operator'))}` };

interface IsolateOptions {
  bindings?: Partial<AppEnv['Bindings']>;
  bucket?: R2Bucket;
  engine?: TinyEngine;
}

/** The API as one isolate has it, with a clock that the test moves. */
export function isolate(
  bundled: BundledModel,
  { bindings = OPEN, bucket = env.MODELS, engine = tinyEngine() }: IsolateOptions = {},
) {
  const clock = { now: Date.UTC(2026, 0, 1) };
  const app = createApp({ engine, bundled, now: () => clock.now });
  /** Every answer is held against the OpenAPI document. An address without a host is that of a public one. */
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

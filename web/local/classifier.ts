/**
 * @file Classifies images in the browser, with the Worker's own code: the same decoders, photo pipeline, weights and kernels give the
 * same result. The image stays on the device. The model comes from the endpoint and is checked here as it is in the Worker.
 */

import type { Pixels } from '#shared/decode/pixels.ts';
import { loadModel } from '#shared/inference/model.ts';
import { type Classification, resultOf } from '#shared/inference/result.ts';
import { simdEngine } from '#shared/inference/simd.ts';
import * as photoKernels from '#shared/input/garment/build/photo.wasm?url';
import { neededEdge, picturePreparation } from '#shared/input/prepare.ts';
import { networkInput } from '#shared/input/preprocessing.ts';
import * as kernels from '#shared/kernels/build/inference.wasm?url';
import type { Manifest } from '#shared/manifest.ts';
import { decoder } from './decoder.ts';
import { compile } from './wasm.ts';

/** Returns what the endpoint would respond to these bytes. @throws ImageError when they cannot be decoded */
type LocalClassifier = (bytes: Uint8Array<ArrayBuffer>) => Promise<Classification>;

/** A manifest, and the alias that selected its version. */
export type ServedManifest = Manifest & { alias: string | null };

const ALL_LABELS = { top_k: Number.POSITIVE_INFINITY, explain: true };

/** Loaded classifiers by the address of the model. */
const cache = new Map<string, Promise<LocalClassifier>>();

/**
 * Loads a model of the endpoint, once for each page. A failed load is retried by the next call.
 * @param served the manifest of the model; undefined for the endpoint's default model
 * @throws Error when the endpoint cannot be reached, the page's policy forbids WebAssembly, or the model fails a check
 */
export function localClassifier(endpoint: string, served?: ServedManifest): Promise<LocalClassifier> {
  const key = served ? addressOf(endpoint, served) : endpoint;
  const loading = cache.get(key) ?? load(endpoint, served);
  cache.set(key, loading);
  loading.catch(() => cache.delete(key));
  return loading;
}

async function load(endpoint: string, served?: ServedManifest): Promise<LocalClassifier> {
  const [{ name, version, alias }, engine, preparePicture] = await Promise.all([
    served ?? get(`${endpoint}/v1/models`).then(async (response) => (await response.json()).models[0]),
    compile(kernels).then(simdEngine),
    compile(photoKernels).then(picturePreparation),
  ]);
  // Not before its download, which may be large.
  if (served?.engine) throw new DOMException(`the model runs only in ${served.engine}`, 'NotSupportedError');
  const address = addressOf(endpoint, { name, version });
  const [manifest, weights] = await Promise.all([
    served ?? get(address).then((response): Promise<Manifest> => response.json()),
    get(`${address}/onnx`).then(async (response) => new Uint8Array(await response.arrayBuffer())),
  ]);
  const model = await loadModel([engine], manifest, { read: async () => weights });
  return async (bytes) => {
    const prepare = (pixels: Pixels) => preparePicture(pixels, model.input);
    const photo = await decoder.decode(bytes, prepare, { edge: neededEdge(model.input) });
    const logits = await model.classifier.logits(networkInput(photo.image, model.input), 1);
    return { model: { name, version, alias }, ...(await resultOf({ photo, logits }, model, ALL_LABELS)) };
  };
}

const addressOf = (endpoint: string, { name, version }: Pick<Manifest, 'name' | 'version'>): string =>
  `${endpoint}/v1/models/${name}/versions/${version}`;

async function get(url: string): Promise<Response> {
  const response = await fetch(url);
  if (response.ok) return response;
  const what = `cannot load the model: expected status 200 from ${url}, got ${response.status}`;
  throw new DOMException(what, 'NetworkError');
}

/**
 * @file Classifies images in the browser, with the Worker's own code: the same decoders, photo pipeline, weights and kernels give the
 * same result. The image stays on the device. The model comes from the endpoint and is checked here as it is in the Worker.
 */

import { loadModel } from '#shared/inference/model.ts';
import { type Classification, resultOf } from '#shared/inference/result.ts';
import { simdEngine } from '#shared/inference/simd.ts';
import * as photoKernels from '#shared/input/garment/build/photo.wasm?url';
import { picturePreparation } from '#shared/input/prepare.ts';
import { networkInput } from '#shared/input/preprocessing.ts';
import * as kernels from '#shared/kernels/build/inference.wasm?url';
import type { Manifest } from '#shared/manifest.ts';
import { decoder } from './decoder.ts';
import { compile } from './wasm.ts';

/** Returns what the endpoint would respond to these bytes. @throws ImageError when they cannot be decoded */
type LocalClassifier = (bytes: Uint8Array<ArrayBuffer>) => Promise<Classification>;

const ALL_LABELS = { top_k: Number.POSITIVE_INFINITY, explain: true };

/** Loaded classifiers by endpoint. */
const cache = new Map<string, Promise<LocalClassifier>>();

/**
 * Loads the endpoint's model, once for each page. A failed load is retried by the next call.
 * @throws Error when the endpoint cannot be reached, the page's policy forbids WebAssembly, or the model fails a check
 */
export function localClassifier(endpoint: string): Promise<LocalClassifier> {
  const loading = cache.get(endpoint) ?? load(endpoint);
  cache.set(endpoint, loading);
  loading.catch(() => cache.delete(endpoint));
  return loading;
}

async function load(endpoint: string): Promise<LocalClassifier> {
  const [{ models }, engine, preparePicture] = await Promise.all([
    get(`${endpoint}/v1/models`).then((response) => response.json()),
    compile(kernels).then(simdEngine),
    compile(photoKernels).then(picturePreparation),
  ]);
  const [{ name, version, alias }] = models;
  const address = `${endpoint}/v1/models/${name}/versions/${version}`;
  const [manifest, weights] = await Promise.all([
    get(address).then((response): Promise<Manifest> => response.json()),
    get(`${address}/onnx`).then(async (response) => new Uint8Array(await response.arrayBuffer())),
  ]);
  const model = await loadModel([engine], manifest, weights);
  return async (bytes) => {
    const photo = await decoder.decode(bytes, (pixels) => preparePicture(pixels, model.input));
    const logits = await model.classifier.logits(networkInput(photo.image, model.input), 1);
    return { model: { name, version, alias }, ...(await resultOf({ photo, logits }, model, ALL_LABELS)) };
  };
}

async function get(url: string): Promise<Response> {
  const response = await fetch(url);
  if (response.ok) return response;
  const what = `cannot load the model: expected status 200 from ${url}, got ${response.status}`;
  throw new DOMException(what, 'NetworkError');
}

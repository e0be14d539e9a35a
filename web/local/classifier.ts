/**
 * @file The Worker's answer, computed in a browser: the same weights, decoders, photo pipeline and kernels, and the same words.
 *
 * The picture stays on the device; the model comes from the endpoint, and has to prove itself here as it has there.
 */

import * as photoKernels from '#shared/input/garment/build/photo.wasm?url';
import { photoPipeline } from '#shared/input/garment/photo.ts';
import * as kernels from '#shared/kernels/build/inference.wasm?url';
import type { Manifest } from '#shared/manifest.ts';
import type { OneAnswer } from '../../edge/api/v1/answers.ts';
import { saidOf } from '../../edge/api/v1/said.ts';
import { simdEngine } from '../../edge/engine/simd.ts';
import { loadModel, networkInput } from '../../edge/registry/model.ts';
import { decoder } from './decoder.ts';
import { compile } from './wasm.ts';

/** What the endpoint would answer to these bytes. @throws ImageError */
type LocalClassifier = (bytes: Uint8Array<ArrayBuffer>) => Promise<Omit<OneAnswer, 'id'>>;

const ALL_LABELS = { top_k: Number.POSITIVE_INFINITY, explain: true };

const held = new Map<string, Promise<LocalClassifier>>();

/**
 * Loads the endpoint's model, once for a page.
 * @throws when the endpoint cannot be reached, the page's policy forbids WebAssembly, or the model does not prove itself
 */
export function localClassifier(endpoint: string): Promise<LocalClassifier> {
  const opening = held.get(endpoint) ?? open(endpoint);
  held.set(endpoint, opening);
  opening.catch(() => held.delete(endpoint));
  return opening;
}

async function open(endpoint: string): Promise<LocalClassifier> {
  const [{ models }, engine, preparePhoto] = await Promise.all([
    get(`${endpoint}/v1/models`).then((response) => response.json()),
    compile(kernels).then(simdEngine),
    compile(photoKernels).then(photoPipeline),
  ]);
  const [{ name, version, alias }] = models;
  const address = `${endpoint}/v1/models/${name}/versions/${version}`;
  const [manifest, weights] = await Promise.all([
    get(address).then((response): Promise<Manifest> => response.json()),
    get(`${address}/onnx`).then(async (response) => new Uint8Array(await response.arrayBuffer())),
  ]);
  const { classifier } = await loadModel([engine], manifest, weights);
  return async (bytes) => {
    const photo = preparePhoto(await decoder.decode(bytes));
    const logits = await classifier.logits(networkInput(photo.image), 1);
    return { model: { name, version, alias }, ...(await saidOf({ photo, logits }, manifest, ALL_LABELS)) };
  };
}

async function get(url: string): Promise<Response> {
  const response = await fetch(url);
  if (response.ok) return response;
  throw new Error(`cannot load the model: expected 200 from ${url}, got ${response.status}`);
}

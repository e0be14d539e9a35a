/** @file A model from its two files, ready to be looked into. */
import { PIXEL_SCALE } from '#shared/labels.ts';
import type { Manifest } from '#shared/manifest.ts';
import { forward, type Tensor } from '#shared/model/forward.ts';
import type { Network, Weights } from '#shared/model/spec.ts';
import { decodeModel } from '#shared/onnx/model.ts';
import { networkOf } from '#shared/onnx/network.ts';

export interface Model {
  network: Network;
  weights: Weights;
  manifest: Manifest;
}

/** A model among the pages' own files. @param address without `.onnx` and `.json` */
export const loadModel = (address: string): Promise<Model> =>
  fetchModel(`${address}.onnx`, `${address}.json`);

/** The model that answers requests now; where that cannot be looked into, the one that came with these pages. */
export async function loadServed(): Promise<Model> {
  try {
    const { models } = (await (await get('/v1/models')).json()) as {
      models: { name: string; version: string }[];
    };
    const address = `/v1/models/${models[0].name}/versions/${models[0].version}`;
    return await fetchModel(`${address}/onnx`, address);
  } catch {
    return loadModel('/release/tinyvgg');
  }
}

async function fetchModel(weights: string, manifest: string): Promise<Model> {
  const [onnx, json] = await Promise.all([get(weights), get(manifest)]);
  return openModel(new Uint8Array(await onnx.arrayBuffer()), (await json.json()) as Manifest);
}

export const openModel = (onnx: Uint8Array, manifest: Manifest): Model => ({
  ...networkOf(decodeModel(onnx)),
  manifest,
});

/**
 * The input and every layer's output.
 * @param image 28 × 28 bytes
 */
export const activationsOf = ({ network, weights }: Model, image: Uint8Array): Tensor[] =>
  forward(
    network,
    weights,
    Float32Array.from(image, (pixel) => pixel / PIXEL_SCALE),
    1,
  );

export async function get(address: string): Promise<Response> {
  const response = await fetch(address);
  if (response.ok) return response;
  throw new Error(`cannot load ${address}: status ${response.status}. Load the page again.`);
}

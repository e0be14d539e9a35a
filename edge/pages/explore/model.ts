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

/** @param address without `.onnx` and `.json` */
export async function loadModel(address: string): Promise<Model> {
  const [onnx, json] = await Promise.all([get(`${address}.onnx`), get(`${address}.json`)]);
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

/** @file Loads models and computes the output of every layer. */
import { networkInput, pictureInputOf } from '#shared/input/preprocessing.ts';
import type { Manifest } from '#shared/manifest.ts';
import { forward, type Tensor } from '#shared/model/forward.ts';
import type { Network, Weights } from '#shared/model/spec.ts';
import { decodeModel } from '#shared/onnx/model.ts';
import { networkOf } from '#shared/onnx/network.ts';
import { percent } from '../percent.ts';

export interface Model {
  network: Network;
  weights: Weights;
  manifest: Manifest;
}

/**
 * Loads a model that is deployed with the pages.
 * @param path without the extensions `.onnx` and `.json`
 */
export const loadModel = (path: string): Promise<Model> => fetchModel(`${path}.onnx`, `${path}.json`);

/** Loads the model that the Worker serves now, or the bundled model when that fails. */
export async function loadServedModel(): Promise<Model> {
  try {
    const { models } = (await (await fetchOk('/v1/models')).json()) as {
      models: { name: string; version: string }[];
    };
    const url = `/v1/models/${models[0].name}/versions/${models[0].version}`;
    return await fetchModel(`${url}/onnx`, url);
  } catch {
    return loadModel('/release/tinyvgg');
  }
}

async function fetchModel(onnxUrl: string, manifestUrl: string): Promise<Model> {
  const [onnx, json] = await Promise.all([fetchOk(onnxUrl), fetchOk(manifestUrl)]);
  return openModel(new Uint8Array(await onnx.arrayBuffer()), (await json.json()) as Manifest);
}

export const openModel = (onnx: Uint8Array, manifest: Manifest): Model => ({
  ...networkOf(decodeModel(onnx)),
  manifest,
});

/** Names the model's network and recipe, because models of different recipes have the same network name. */
export const modelTitle = ({ name, training }: Manifest): string =>
  `${name === 'tinyvgg' ? 'TinyVGG' : name}${training ? `, ${training.recipe} recipe` : ''}`;

/** Describes the size and the accuracy of a model. */
export const modelFacts = ({ parameters, metrics }: Manifest): string =>
  `${parameters.toLocaleString('en')} parameters${metrics ? `, ${percent(metrics.testAccuracy)} test accuracy` : ''}`;

/** Names the model that classifies photos on this site, apart from the lab's model of the same network. */
export const siteModelTitle = (manifest: Manifest): string => `This site’s model: ${modelTitle(manifest)}`;

/**
 * Runs the network, and returns its input and every layer's output.
 * @param image bytes [channels, height, width]
 */
export const activationsOf = ({ network, weights, manifest }: Model, image: Uint8Array): Tensor[] =>
  forward(network, weights, networkInput(image, pictureInputOf(manifest)), 1);

/** @throws Error with a message for the visitor when the server does not answer, or the status is not 2xx */
export async function fetchOk(url: string): Promise<Response> {
  const response = await fetch(url).catch((cause: unknown) => {
    throw new Error(`Cannot load ${url}. Check the connection and try again.`, { cause });
  });
  if (response.ok) return response;
  throw new Error(
    `Cannot load ${url}: the server answered with status ${response.status}. Please reload the page.`,
  );
}

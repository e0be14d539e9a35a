/** @file Loads models and computes the output of every layer. */

import { networkInput, type PictureInput, pictureInputOf } from '#shared/input/preprocessing.ts';
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
  input: PictureInput;
  /** The name of the model in the page's address; absent for the site's own model. */
  name?: string;
}

/**
 * Loads a model that is deployed with the pages.
 * @param path without the extensions `.onnx` and `.json`
 */
export const loadModel = (path: string): Promise<Model> => fetchModel(`${path}.onnx`, `${path}.json`);

/** Returns the name of the model in the page's address; undefined without one. */
export const namedModel = (): string | undefined =>
  new URLSearchParams(location.search).get('model') || undefined;

/**
 * Loads a model of the Worker by its name.
 * @throws Error in a visitor's words when there is no such model, or when it has operators that only the Worker can run
 */
export async function loadNamedModel(name: string): Promise<Model> {
  const url = `/v1/models/${encodeURIComponent(name)}`;
  const response = await reach(url);
  if (response.status === 404) throw new Error(`This service has no model named “${name}”.`);
  const manifest = (await checked(response).json()) as Manifest;
  // Not before its download, which may be large.
  if (isForeign(manifest)) throw notShown(name, 'it is a model of another program');
  const onnx = await fetchOk(`${url}/versions/${manifest.version}/onnx`);
  const bytes = new Uint8Array(await onnx.arrayBuffer());
  try {
    return { ...openModel(bytes, manifest), name };
  } catch (cause) {
    // The first clause of an ExplainedError names what is not supported.
    const [reason = ''] = (cause as Error).message.split(':');
    throw notShown(name, reason, cause);
  }
}

/** Returns whether a model needs onnxruntime, or its input or output has another form than those of this project's trainer. */
const isForeign = ({ engine, input, output }: Manifest): boolean =>
  Boolean(engine ?? input.layout ?? output.values);

const notShown = (name: string, reason: string, cause?: unknown): Error =>
  new Error(
    `This page cannot show how the model “${name}” computes: ${reason}. The service itself can run it.`,
    {
      cause,
    },
  );

/** Loads the model that the Worker serves by default, or the bundled model when that fails. */
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
  input: pictureInputOf(manifest),
});

/** Names the model's network and recipe, because models of different recipes have the same network name. */
export function modelTitle({ name, training }: Manifest): string {
  const title = name === 'tinyvgg' ? 'TinyVGG' : name;
  if (!training) return title;
  return `${title}, ${training.recipe} recipe${training.changed?.length ? ', changed' : ''}`;
}

/** Describes the size and the accuracy of a model. */
export const modelFacts = ({ parameters, metrics }: Manifest): string =>
  `${parameters.toLocaleString('en')} parameters${metrics ? `, ${percent(metrics.testAccuracy)} test accuracy` : ''}`;

/** Names the model that classifies photos on this site, apart from the lab's model of the same network; or the named model. */
export const titleOf = ({ manifest, name }: Model): string =>
  `${name === undefined ? 'This site’s model' : 'Model'}: ${modelTitle(manifest)}`;

/**
 * Runs the network, and returns its input and every layer's output.
 * @param image bytes [channels, height, width]
 */
export const activationsOf = ({ network, weights, input }: Model, image: Uint8Array): Tensor[] =>
  forward(network, weights, networkInput(image, input), 1);

/** @throws Error with a message for the visitor when the server does not answer, or the status is not 2xx */
export const fetchOk = async (url: string): Promise<Response> => checked(await reach(url));

const reach = (url: string): Promise<Response> =>
  fetch(url).catch((cause: unknown) => {
    throw new Error(`Cannot load ${url}. Check the connection and try again.`, { cause });
  });

function checked(response: Response): Response {
  if (response.ok) return response;
  const { pathname } = new URL(response.url);
  throw new Error(
    `Cannot load ${pathname}: the server answered with status ${response.status}. Please reload the page.`,
  );
}

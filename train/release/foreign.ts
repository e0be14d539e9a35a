/** @file Makes a release of an ONNX file that another program exported. It proves itself in onnxruntime, as the Worker runs it. */
import * as v from 'valibot';
import { sha256 } from '#shared/digest.ts';
import { ExplainedError } from '#shared/errors.ts';
import { FIT_VERSION, type FitMode } from '#shared/input/fit/fit.ts';
import type { ImageShape } from '#shared/input/preprocessing.ts';
import { type Fit, FORMAT_VERSION, LARGEST_MODEL, Manifest, serializeStored } from '#shared/manifest.ts';
import { decodeModel, type Model } from '#shared/onnx/model.ts';
import { networkOf } from '#shared/onnx/network.ts';
import { largestOf, runImages } from './foreign-run.ts';
import { foreignInput, foreignOutput, opsetOf, parametersOf, unfit } from './foreign-tensors.ts';
import { goldenImages, goldenVectors } from './golden.ts';
import type { Release } from './release.ts';

/** What the file itself does not say. */
export interface ForeignModel {
  name: string;
  /** By index of the output. */
  labels: readonly string[];
  fit: FitMode;
  /** Width and height of a picture, for a model that takes any. */
  size?: number | undefined;
  /** One number a channel. */
  mean?: number[] | undefined;
  std?: number[] | undefined;
  /** Decided by the output if undefined. */
  output?: 'logits' | 'probabilities' | undefined;
}

/** Largest difference from the golden output, relative to the largest value. Logits below ±1 count as 1. */
const TOLERANCE = 1e-4;

/** Largest difference between 1 and the sum of probabilities. */
const SUM_TOLERANCE = 1e-3;

/**
 * Describes and checks a foreign model.
 * @throws ExplainedError of kind `model` when the Worker could not serve it, `usage` when the description does not fit it
 */
export async function foreignRelease(
  onnx: Uint8Array<ArrayBuffer>,
  { name, labels, fit: mode, size, mean, std, output }: ForeignModel,
): Promise<Release> {
  if (onnx.length > LARGEST_MODEL) throw tooLarge(onnx.length);
  const model = decodeModel(onnx);
  const { graph = {} } = model;
  const parameters = parametersOf(graph);
  if (parameters === 0) throw unfit('weights as initializers of the graph', 'none');
  const { input, shape } = foreignInput(graph, size);
  const outputName = foreignOutput(graph);
  const fit = fitOf({ mode, mean, std }, shape);
  const images = goldenImages(shape);
  const outputs = await runImages(onnx, { input, outputName, shape, fit }, images);
  const values = outputValues(outputs, output);
  checkLabels(labels, outputs[0].length);
  const manifest = {
    formatVersion: FORMAT_VERSION,
    name,
    version: await sha256(onnx),
    bytes: onnx.length,
    irVersion: model.irVersion ?? 1,
    opset: opsetOf(model),
    input,
    output: {
      name: outputName,
      dtype: 'float32',
      shape: [input.shape[0], labels.length],
      ...(values === 'probabilities' && { values }),
    },
    ...(!runsOnKernels(model) && { engine: 'onnxruntime' }),
    labels: [...labels],
    parameters,
    fit,
    golden: { tolerance: toleranceOf(outputs, values), vectors: goldenVectors(images, outputs) },
  } satisfies Manifest;
  v.assert(Manifest, manifest);
  return { manifest, files: { onnx, json: serializeStored(manifest) } };
}

/** Returns the manifest's member. @throws ExplainedError of kind `usage` when it does not fit the channels */
function fitOf(
  { mode, mean, std }: Pick<ForeignModel, 'mean' | 'std'> & { mode: FitMode },
  shape: ImageShape,
): Fit {
  for (const [flag, values] of Object.entries({ mean, std })) {
    if (values === undefined || values.length === shape[0]) continue;
    const expected = `${shape[0]} ${shape[0] === 1 ? 'number' : 'numbers'}, one a channel of the model`;
    const [got, next] = [`${values.length}`, `Correct --${flag}.`];
    throw new ExplainedError({
      kind: 'usage',
      what: `--${flag} does not fit the model`,
      expected,
      got,
      next,
    });
  }
  return { version: FIT_VERSION, mode, ...(mean && { mean }), ...(std && { std }) };
}

/** Returns what the output has: probabilities if it is a distribution for every image, else logits. */
function outputValues(
  outputs: readonly Float32Array[],
  stated: ForeignModel['output'],
): 'logits' | 'probabilities' {
  const sums = outputs.map((row) => row.reduce((a, b) => a + b, 0));
  const isShares = outputs.every((row) => row.every((x) => x >= 0 && x <= 1));
  const isDistribution = isShares && sums.every((sum) => Math.abs(sum - 1) <= SUM_TOLERANCE);
  if (stated === 'probabilities' && !isDistribution) {
    throw unfit('probabilities that add up to 1, as --output says', `a sum of ${sums[0]}`);
  }
  if (stated) return stated;
  if (isDistribution) return 'probabilities';
  if (!isShares) return 'logits';
  const next = 'Leave the sigmoid out of the export. If the values are logits, add --output logits.';
  throw unfit('logits, or probabilities that add up to 1', `values in 0..1 with a sum of ${sums[0]}`, {
    next,
  });
}

const toleranceOf = (outputs: readonly Float32Array[], values: 'logits' | 'probabilities'): number =>
  TOLERANCE * Math.max(values === 'logits' ? 1 : 0, largestOf(outputs));

function checkLabels(labels: readonly string[], outputs: number): void {
  if (labels.length === outputs) return;
  throw new ExplainedError({
    kind: 'usage',
    what: 'the labels do not fit the model',
    expected: `${outputs} labels, one for each value of the output`,
    got: `${labels.length}`,
    next: 'Write one label a line, in the order of the classes that the model was trained on.',
  });
}

/** Returns whether this project's kernels run the graph. */
function runsOnKernels(model: Model): boolean {
  try {
    networkOf(model);
    return true;
  } catch {
    return false;
  }
}

const tooLarge = (bytes: number): ExplainedError =>
  unfit(`a file of at most ${LARGEST_MODEL} bytes`, `${bytes}`, {
    next: 'Push a smaller model, or quantize this one to 8 bits. Nothing was uploaded.',
  });

/** @file Makes the release of a trained model: ONNX, safetensors and manifest, with the ONNX file checked in onnxruntime. */
import * as v from 'valibot';
import { sha256 } from '#shared/digest.ts';
import { ExplainedError } from '#shared/errors.ts';
import type { Preprocessing } from '#shared/input/preprocessing.ts';
import {
  type Calibration,
  FORMAT_VERSION,
  Manifest,
  Metrics,
  serializeStored,
  type TrainedManifest,
} from '#shared/manifest.ts';
import { type Network, sizeOf } from '#shared/model/spec.ts';
import type { Dataset } from '../dataset/split.ts';
import type { Engine } from '../engine/engine.ts';
import { sgd } from '../engine/optimizer.ts';
import { encodeSafetensors, weightTensors } from '../safetensors.ts';
import type { Predict } from '../training/evaluate.ts';
import type { TrainedModel } from '../training/job.ts';
import { exportOnnx, INPUT_NAME, IR_VERSION, OPSET, OUTPUT_NAME } from './export.ts';
import { goldenImages, goldenVectors } from './golden.ts';
import { onnxPredictor } from './onnxruntime.ts';
import type { TrainedRelease } from './release.ts';

/** Largest difference between the logits of the engine and onnxruntime: absolute up to ±1, relative beyond. Only rounding differs. */
const EXPORT_TOLERANCE = 1e-5;

/** Largest difference from the golden logits when a model is served, by another engine on another machine. */
const GOLDEN_TOLERANCE = 1e-4;

/** Batch sizes at which engine and onnxruntime are compared. */
const COMPARED_BATCHES = [1, 32];

export interface ReleaseContext {
  engine: Engine;
  /** Name of the release. */
  name: string;
  dataset: Pick<Dataset, 'classes' | 'none' | 'license' | 'preprocessing'>;
  training: Omit<TrainedManifest['training'], 'engine'>;
  /** Undefined for a model that is not calibrated. */
  calibration: Calibration | undefined;
  /** Images for the comparison with onnxruntime. */
  images: Uint8Array;
}

/**
 * Exports a trained model.
 * @throws ExplainedError of kind `model` when onnxruntime computes other logits than the engine
 */
export async function makeRelease(trained: TrainedModel, context: ReleaseContext): Promise<TrainedRelease> {
  const { network, weights } = trained;
  const { classes: labels, none, license } = context.dataset;
  const onnx = exportOnnx(network, weights, { labels, none, license });
  const session = await context.engine.open(network, weights, sgd(0));
  try {
    const predict: Predict = (images, count) => session.logits(images, count);
    await compareWithOnnxruntime(network, predict, onnx, context.images);
    const manifest = await makeManifest(trained, onnx, predict, context);
    const metadata = { format: 'pt', model: network.name };
    const safetensors = encodeSafetensors(weightTensors(network, weights), metadata);
    return { manifest, files: { onnx, json: serializeStored(manifest), safetensors } };
  } finally {
    session.close();
  }
}

async function makeManifest(
  { network, epochs, chosen }: TrainedModel,
  onnx: Uint8Array<ArrayBuffer>,
  logits: Predict,
  { name, engine, dataset, training, calibration }: ReleaseContext,
): Promise<TrainedManifest> {
  const manifest = {
    formatVersion: FORMAT_VERSION,
    name,
    version: await sha256(onnx),
    bytes: onnx.length,
    irVersion: IR_VERSION,
    opset: OPSET,
    input: { name: INPUT_NAME, dtype: 'float32', shape: ['batch', ...network.input] },
    output: { name: OUTPUT_NAME, dtype: 'float32', shape: ['batch', ...network.output] },
    labels: [...dataset.classes],
    ...(dataset.none !== undefined && { none: dataset.none }),
    parameters: network.parameterCount,
    ...preprocessingMembers(dataset.preprocessing),
    metrics: v.parse(Metrics, epochs[chosen]),
    training: { ...training, engine: engine.name },
    calibration,
    golden: { tolerance: GOLDEN_TOLERANCE, vectors: await makeGoldenVectors(network, logits) },
  } satisfies Manifest;
  v.assert(Manifest, manifest);
  return manifest;
}

/** Returns the members of the manifest that say how a picture becomes the input. */
function preprocessingMembers(preprocessing: Preprocessing): Pick<Manifest, 'photoPipeline' | 'fit'> {
  if (preprocessing.kind === 'garment') return { photoPipeline: preprocessing.version };
  const { kind, ...fit } = preprocessing;
  return { fit };
}

async function compareWithOnnxruntime(
  { name, input }: Network,
  engineLogits: Predict,
  onnx: Uint8Array,
  images: Uint8Array,
): Promise<void> {
  const onnxruntimeLogits = await onnxPredictor(onnx);
  for (const size of COMPARED_BATCHES) {
    const batch = Math.min(size, images.length / sizeOf(input));
    const some = images.subarray(0, batch * sizeOf(input));
    const [expected, got] = await Promise.all([engineLogits(some, batch), onnxruntimeLogits(some, batch)]);
    for (const [i, logit] of expected.entries()) {
      const difference = Math.abs(logit - got[i]) / Math.max(1, Math.abs(logit));
      if (difference <= EXPORT_TOLERANCE) continue;
      throw new ExplainedError({
        kind: 'model',
        what: `the logits of the exported ${name} differ from the engine's at batch ${batch}, logit ${i}`,
        expected: `${logit} ± ${EXPORT_TOLERANCE}`,
        got: `${got[i]}`,
        next: 'Nothing was written. Train with --device reference to see whether the engine or onnxruntime is wrong.',
      });
    }
  }
}

async function makeGoldenVectors(network: Network, logits: Predict): Promise<Manifest['golden']['vectors']> {
  const images = goldenImages(network.input);
  const outputs: Float32Array[] = [];
  for (const image of images) outputs.push(Float32Array.from(await logits(image, 1)));
  return goldenVectors(images, outputs);
}

/** @file A trained network as a release: ONNX, safetensors and manifest, checked in onnxruntime before anybody gets them. */
import { join } from 'node:path';
import * as v from 'valibot';
import { sha256 } from '#shared/digest.ts';
import { ExplainedError } from '#shared/errors.ts';
import { PHOTO_PIPELINE } from '#shared/input/garment/photo.ts';
import { IMAGE_PIXELS, LABELS } from '#shared/labels.ts';
import {
  type Calibration,
  FORMAT_VERSION,
  Manifest,
  type ModelFile,
  serializeStored,
} from '#shared/manifest.ts';
import type { Engine } from '../engine/engine.ts';
import { sgd } from '../engine/optimizer.ts';
import { writeFileAtomic } from '../files.ts';
import { Generator } from '../random.ts';
import type { Release } from '../registry/release.ts';
import type { Predict } from '../training/evaluate.ts';
import type { TrainedModel } from '../training/trainer.ts';
import { exportOnnx, INPUT_NAME, IR_VERSION, OPSET, OUTPUT_NAME } from './export.ts';
import { onnxPredictor } from './onnxruntime.ts';
import { encodeSafetensors, weightTensors } from './safetensors.ts';

/** Logits of two runtimes may differ by this much, relative to those beyond ±1: rounding, nothing more. */
const EXPORT_TOLERANCE = 1e-5;

/** What a server may differ from the golden logits: another engine, another machine. */
const GOLDEN_TOLERANCE = 1e-4;

export interface ReleaseContext {
  engine: Engine;
  training: Omit<Manifest['training'], 'engine'>;
  /** Undefined for scores that are left as they are. */
  calibration: Calibration | undefined;
  /** Images to compare the runtimes on, at least 32. */
  images: Uint8Array;
}

/**
 * Exports a trained network.
 * @throws ExplainedError of kind `model` when onnxruntime does not compute what the engine computes
 */
export async function makeRelease(
  trained: TrainedModel,
  { engine, training, calibration, images }: ReleaseContext,
): Promise<Release> {
  const { network, weights } = trained;
  const onnx = exportOnnx(network, weights);
  const session = await engine.open(network, weights, sgd(0));
  try {
    const exported = await onnxPredictor(onnx);
    for (const batch of [1, 32]) await compare(network.name, session.logits, exported, images, batch);
    const last = trained.epochs[trained.epochs.length - 1];
    const manifest = v.parse(Manifest, {
      formatVersion: FORMAT_VERSION,
      name: network.name,
      version: await sha256(onnx),
      bytes: onnx.length,
      irVersion: IR_VERSION,
      opset: OPSET,
      input: { name: INPUT_NAME, dtype: 'float32', shape: ['batch', ...network.input] },
      output: { name: OUTPUT_NAME, dtype: 'float32', shape: ['batch', ...network.output] },
      labels: [...LABELS],
      parameters: network.parameterCount,
      photoPipeline: PHOTO_PIPELINE,
      metrics: last,
      training: { ...training, engine: engine.name },
      calibration,
      golden: { tolerance: GOLDEN_TOLERANCE, vectors: await goldenVectors(session.logits) },
    } satisfies Manifest);
    return {
      manifest,
      files: {
        onnx,
        json: serializeStored(manifest),
        safetensors: encodeSafetensors(weightTensors(network, weights), {
          format: 'pt',
          model: network.name,
        }),
      },
    };
  } finally {
    session.close();
  }
}

/** Writes the three files of a release as `<folder>/<name>.*`; returns the path of the ONNX file. */
export async function writeRelease(folder: string, { manifest, files }: Release): Promise<string> {
  const path = (file: ModelFile) => join(folder, `${manifest.name}.${file}`);
  for (const file of ['onnx', 'safetensors', 'json'] as const) await writeFileAtomic(path(file), files[file]);
  return path('onnx');
}

async function compare(
  name: string,
  ours: Predict,
  theirs: Predict,
  images: Uint8Array,
  batch: number,
): Promise<void> {
  const input = images.subarray(0, batch * IMAGE_PIXELS);
  const [expected, got] = await Promise.all([ours(input, batch), theirs(input, batch)]);
  for (const [i, logit] of expected.entries()) {
    const difference = Math.abs(logit - got[i]) / Math.max(1, Math.abs(logit));
    if (difference <= EXPORT_TOLERANCE) continue;
    throw new ExplainedError({
      kind: 'model',
      what: `the exported ${name} differs from the engine's at batch ${batch}, logit ${i}`,
      expected: `${logit} ± ${EXPORT_TOLERANCE}`,
      got: `${got[i]}`,
      next: 'Nothing was written. Train with --device reference to see which of the two is wrong.',
    });
  }
}

/** Images that need no data set: noise, a ramp, a disc. */
function goldenImages(): Uint8Array[] {
  const noise = Generator.seeded(0);
  return [
    Uint8Array.from({ length: IMAGE_PIXELS }, () => noise.random() & 0xff),
    Uint8Array.from({ length: IMAGE_PIXELS }, (_, i) => (i % 28) * 9),
    Uint8Array.from({ length: IMAGE_PIXELS }, (_, i) =>
      Math.hypot((i % 28) - 13.5, Math.floor(i / 28) - 13.5) < 10 ? 200 : 0,
    ),
  ];
}

async function goldenVectors(logits: Predict): Promise<Manifest['golden']['vectors']> {
  const vectors: Manifest['golden']['vectors'] = [];
  for (const image of goldenImages()) {
    vectors.push({ pixels: Buffer.from(image).toString('base64'), logits: [...(await logits(image, 1))] });
  }
  return vectors;
}

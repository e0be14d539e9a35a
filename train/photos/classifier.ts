/** @file Classifies photo files as the Worker does: the same decoders, photo pipeline and calibration. */
import { readFile } from 'node:fs/promises';
import { type AbstentionReason, abstentionOf, certaintyOf, flawOf } from '#shared/abstention.ts';
import { copyPixels, type Pixels } from '#shared/decode/pixels.ts';
import { ExplainedError } from '#shared/errors.ts';
import type { PreparedPhoto } from '#shared/input/garment/photo.ts';
import { neededEdge } from '#shared/input/prepare.ts';
import { pictureInputOf } from '#shared/input/preprocessing.ts';
import { answersAmong, type Prediction, rankLabels } from '#shared/predictions.ts';
import { openDecoder } from '../decoder.ts';
import { openPreparation } from '../preparation.ts';
import { onnxPredictor } from '../release/onnxruntime.ts';
import type { Release } from '../release/release.ts';

/** Time that each stage took for one photo, in milliseconds. */
export interface StageTimes {
  decode: number;
  pipeline: number;
  inference: number;
}

/** A photo with its predictions and every intermediate result. */
export interface ClassifiedPhoto {
  pixels: Pixels;
  prepared: PreparedPhoto;
  /** All labels that an answer can have, likeliest first. */
  predictions: Prediction[];
  /** What the model's least score is compared with; undefined when the photo has a flaw. */
  certainty: number | undefined;
  /** Why the model declines to answer; undefined when it does not. */
  abstained: AbstentionReason | undefined;
  milliseconds: StageTimes;
}

/** @throws ExplainedError of kind `image` for bytes that are not an image */
export type Classifier = (bytes: Uint8Array) => Promise<ClassifiedPhoto>;

/** The parts of a release that decide its predictions. */
type PredictingRelease = Pick<Release, 'manifest'> & { files: Pick<Release['files'], 'onnx'> };

export async function openClassifier({ manifest, files }: PredictingRelease): Promise<Classifier> {
  const input = pictureInputOf(manifest);
  const [predict, decoder, preparePicture] = await Promise.all([
    onnxPredictor(files.onnx),
    openDecoder(),
    openPreparation(),
  ]);
  return async (bytes) => {
    const start = performance.now();
    const pixels = await decoder.decode(bytes, copyPixels, { edge: neededEdge(input) });
    const decoded = performance.now();
    const prepared = preparePicture(pixels, input);
    const ready = performance.now();
    const ranked = rankLabels(await predict(prepared.image, 1), manifest);
    const milliseconds = {
      decode: decoded - start,
      pipeline: ready - decoded,
      inference: performance.now() - ready,
    };
    const abstained = abstentionOf(prepared, ranked, manifest);
    const certainty = flawOf(prepared) ? undefined : certaintyOf(ranked, manifest);
    const predictions = answersAmong(ranked, manifest);
    return { pixels, prepared, predictions, certainty, abstained, milliseconds };
  };
}

/** A file that cannot be read or decoded. */
export interface UnreadablePhoto {
  path: string;
  problem: string;
}

/** Classifies the file at `path`. Returns the problem when the file cannot be read or is not an image. */
export async function classifyFile(
  path: string,
  classify: Classifier,
): Promise<ClassifiedPhoto | UnreadablePhoto> {
  let bytes: Uint8Array;
  try {
    bytes = await readFile(path);
  } catch (error) {
    return { path, problem: (error as Error).message };
  }
  try {
    return await classify(bytes);
  } catch (error) {
    if (error instanceof ExplainedError && error.kind === 'image') return { path, problem: error.message };
    throw error;
  }
}

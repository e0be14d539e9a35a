/**
 * @file The result of classifying one image. The Worker and the browser build it with the same code, so that both return the same
 * response.
 */

import { type AbstentionReason, abstentionOf } from '../abstention.ts';
import type { PreparedPhoto } from '../input/garment/photo.ts';
import type { PictureInput } from '../input/preprocessing.ts';
import { PHOTO_WARNINGS, type PhotoWarning } from '../photo-warnings.ts';
import { pngUri } from '../png.ts';
import { answersAmong, type Prediction, rankLabels } from '../predictions.ts';
import type { LoadedModel } from './model.ts';

/** What the photo pipeline did with an image. */
export interface PhotoExplanation {
  /** The picture as the network sees it: a PNG file as a data URL. */
  image: string;
  /** The pipeline's steps in order, each with its measurements. */
  steps: { step: string; [detail: string]: unknown }[];
  /** Bounding box of the garment, in pixels of the image; null when the whole image was used. */
  box: { left: number; top: number; width: number; height: number } | null;
  /** Quality of the garment's outline in 0..1; null when the image was used unchanged. */
  quality: number | null;
  /** What the photographer should know, in English. */
  warnings: string[];
  /** The codes of the warnings, in the same order. */
  warning_codes: PhotoWarning[];
}

/** The result for one image. */
export interface ImageResult {
  /** Most likely label first. */
  predictions: Prediction[];
  /** Why the model declined to answer; null when it did not. */
  abstained: AbstentionReason | null;
  explanation?: PhotoExplanation | undefined;
}

/** Body of the response to `POST /v1/classify` for one image, without the request's `id`. */
export interface Classification extends ImageResult {
  model: {
    name: string;
    /** SHA-256 of the ONNX file. */
    version: string;
    /** The alias that selected the model; null when the request named a version. */
    alias: string | null;
  };
  /** The signed result, if the request asked for one. */
  token?: string | undefined;
}

/** A less likely label is not even a guess. */
const LEAST_GUESS = 0.1;

/** Returns the label to suggest: the most likely one; undefined when the picture shows none of the labels, or hardly any of them. */
export function guessOf({ predictions: [best], abstained }: ImageResult): Prediction | undefined {
  if (abstained === 'none-of-these' || !best || best.score < LEAST_GUESS) return undefined;
  return best;
}

/** Builds the result for one image from the prepared photo and the network's logits `[classes]`. */
export async function resultOf(
  { photo, logits }: { photo: PreparedPhoto; logits: Float32Array },
  { manifest, input }: Pick<LoadedModel, 'manifest' | 'input'>,
  { top_k, explain }: { top_k: number; explain: boolean },
): Promise<ImageResult> {
  const ranked = rankLabels(logits, manifest);
  return {
    predictions: answersAmong(ranked, manifest).slice(0, top_k),
    abstained: abstentionOf(photo, ranked, manifest) ?? null,
    ...(explain && { explanation: await explanationOf(photo, input) }),
  };
}

async function explanationOf(photo: PreparedPhoto, { shape }: PictureInput): Promise<PhotoExplanation> {
  const { image, steps, box = null, quality = null, warnings: codes } = photo;
  // Another version of the decoders' Worker may send a warning that this version does not know.
  const warnings = codes.map((code) => PHOTO_WARNINGS[code] ?? code);
  return { image: await pngUri(image, shape), steps, box, quality, warnings, warning_codes: codes };
}

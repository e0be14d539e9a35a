/** @file The result of evaluating photos, as `evaluate --photos --json` prints it. */
import type { PhotoStep } from '#shared/input/garment/photo.ts';
import type { Prediction } from '#shared/predictions.ts';
import type { BackgroundScores } from './background-scores.ts';
import type { StageTimes, UnreadablePhoto } from './classifier.ts';
import type { Comparison } from './compare.ts';
import type { PhotoResult, Score } from './score.ts';

/** The result of one photo, with the details behind it. */
export interface DetailedPhotoResult extends PhotoResult {
  file: string;
  /** The labels that count as correct. */
  labels: readonly string[];
  predictions: Prediction[];
  steps: PhotoStep[];
  warnings: string[];
  quality?: number;
  milliseconds: StageTimes;
  /** The photo's background cluster, with `--folds`. */
  group?: number;
}

export interface PhotoEvaluation extends Score {
  model: { name: string; version: string };
  /** Version of the photo pipeline; undefined for a model that takes scaled pictures. */
  photoPipeline: number | undefined;
  folder: string;
  unreadable: UnreadablePhoto[];
  backgrounds?: BackgroundScores;
  compared?: Comparison;
  /** Medians over the photos. */
  milliseconds: StageTimes;
  results: DetailedPhotoResult[];
}

/** @file `evaluate --photos`: classifies the photos of a folder and scores the predictions. */
import { ExplainedError } from '#shared/errors.ts';
import { writeFileAtomic } from '../files.ts';
import { onnxFileOf, readRelease } from '../release/release.ts';
import { backgroundFeatures } from './background.ts';
import { type BackgroundScores, scoreBackgrounds } from './background-scores.ts';
import {
  type ClassifiedPhoto,
  classifyFile,
  openClassifier,
  type StageTimes,
  type UnreadablePhoto,
} from './classifier.ts';
import { compareReports, readReport } from './compare.ts';
import type { DetailedPhotoResult, PhotoEvaluation } from './evaluation.ts';
import { FOLDER_LABELS, readFolderLabels } from './folder-labels.ts';
import { cluster } from './kmeans.ts';
import { listPhotos, type PhotoFile } from './photo-files.ts';
import { printEvaluation } from './print.ts';
import { scorePhotos } from './score.ts';

interface Flags {
  photos: string;
  model: string;
  photoLabels?: string;
  folds?: number;
  report?: string;
  compare?: string;
  json: boolean;
}

/**
 * Classifies all photos of a folder and prints the score.
 * @throws ExplainedError of kind `usage` for a folder without labelled photos, of kind `image` when no photo can be read
 */
export async function evaluatePhotos({ photos: folder, model, folds, report, compare, ...flags }: Flags) {
  const mapping = flags.photoLabels === undefined ? FOLDER_LABELS : await readFolderLabels(flags.photoLabels);
  const before = compare === undefined ? undefined : await readReport(compare);
  const files = await listPhotos(folder, mapping);
  const release = await readRelease(await onnxFileOf(model, '--model'));
  const classify = await openClassifier(release);

  const results: DetailedPhotoResult[] = [];
  const features: number[][] = [];
  const unreadable: UnreadablePhoto[] = [];
  for (const photo of files) {
    const classified = await classifyFile(photo.path, classify);
    if ('problem' in classified) {
      unreadable.push(classified);
      continue;
    }
    results.push(resultOf(photo, classified));
    if (folds !== undefined && photo.labels.length > 0) features.push(backgroundFeatures(classified.pixels));
  }
  const [garments, others] = [true, false].map((isGarment) =>
    results.filter(({ labels }) => labels.length > 0 === isGarment),
  );
  if (garments.length === 0) {
    const got = `${unreadable[0].path}: ${unreadable[0].problem}`;
    throw new ExplainedError({ kind: 'image', what: `no photo of a garment in ${folder} can be read`, got });
  }

  const { name, version, photoPipeline } = release.manifest;
  const score = scorePhotos(garments, others);
  const evaluation: PhotoEvaluation = {
    model: { name, version },
    photoPipeline,
    folder,
    ...score,
    unreadable,
    ...(folds !== undefined && { backgrounds: clusterBackgrounds(garments, features, folds) }),
    ...(before && { compared: compareReports(before, { ...score, results }) }),
    milliseconds: medianTimes(results),
    results,
  };
  if (flags.json) console.log(JSON.stringify(evaluation));
  else printEvaluation(evaluation);
  if (report !== undefined) await writeFileAtomic(report, `${JSON.stringify(evaluation, null, 1)}\n`);
}

function resultOf(
  { folder, file, labels }: PhotoFile,
  { predictions, prepared, milliseconds, ...classified }: ClassifiedPhoto,
): DetailedPhotoResult {
  const { steps, warnings, quality } = prepared;
  const [{ label, score }] = predictions;
  const { certainty } = classified;
  const right = labels.includes(label);
  const abstained = classified.abstained !== undefined;
  const result = {
    ...{ folder, file, labels, label, score, right, abstained },
    ...{ predictions, steps, warnings, milliseconds },
    ...(certainty !== undefined && { certainty }),
  };
  return quality === undefined ? result : { ...result, quality };
}

/** Scores the background clusters and stores each photo's cluster in its result. */
function clusterBackgrounds(
  results: DetailedPhotoResult[],
  features: readonly number[][],
  count: number,
): BackgroundScores {
  const clusterOf = cluster(features, count);
  for (const [i, result] of results.entries()) result.group = clusterOf[i];
  return scoreBackgrounds(results, features, clusterOf);
}

function medianTimes(results: readonly DetailedPhotoResult[]): StageTimes {
  const median = (stage: keyof StageTimes) => {
    const sorted = results.map(({ milliseconds }) => milliseconds[stage]).sort((a, b) => a - b);
    return sorted[sorted.length >> 1];
  };
  return { decode: median('decode'), pipeline: median('pipeline'), inference: median('inference') };
}

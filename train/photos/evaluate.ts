/** @file `evaluate --photos`: how well photos are classified, by folder, by certainty, by background, and what each became. */
import { readFile } from 'node:fs/promises';
import { abstentionOf } from '#shared/abstention.ts';
import { ExplainedError } from '#shared/errors.ts';
import { PHOTO_PIPELINE, type PhotoStep } from '#shared/input/garment/photo.ts';
import type { Prediction } from '#shared/predictions.ts';
import { writeFileAtomic } from '../files.ts';
import { readRelease } from '../registry/release.ts';
import { type Classified, type Classifier, openClassifier, type Times } from './classifier.ts';
import { type Comparison, compareReports, readReport } from './compare.ts';
import { listPhotos, type PhotoFile } from './folder.ts';
import { openFont } from './font.ts';
import { type Spread, scoreGroups } from './groups.ts';
import { cluster } from './kmeans.ts';
import { FOLDER_LABELS, readFolderLabels } from './labels.ts';
import { backgroundLook } from './look.ts';
import { checkPngName, writePages } from './pages.ts';
import { printEvaluation } from './print.ts';
import { type Judged, type Score, scorePhotos } from './score.ts';
import { type Cell, drawCell, drawSheet } from './sheet.ts';

interface Flags {
  photos: string;
  model: string;
  photoLabels?: string;
  folds?: number;
  sheet?: string;
  report?: string;
  compare?: string;
  json: boolean;
}

/** A photo that was classified. */
interface JudgedPhoto extends Judged {
  file: string;
  /** The labels that count as right. */
  labels: readonly string[];
  predictions: Prediction[];
  steps: PhotoStep[];
  warnings: string[];
  quality?: number;
  milliseconds: Times;
  /** Of its background, where groups were asked for. */
  group?: number;
}

/** A file that was not. */
interface Unreadable {
  path: string;
  problem: string;
}

export interface PhotoEvaluation extends Score {
  model: { name: string; version: string };
  photoPipeline: number;
  folder: string;
  unreadable: Unreadable[];
  backgrounds?: Spread;
  compared?: Comparison;
  /** Medians over the photos. */
  milliseconds: Times;
  results: JudgedPhoto[];
}

/**
 * Classifies all photos of a folder and prints how good the answers are.
 * @throws ExplainedError of kind `usage` for a folder that is none of photos, of kind `image` when no photo can be read
 */
export async function evaluatePhotos({
  photos: folder,
  model,
  folds,
  sheet,
  report,
  compare,
  ...flags
}: Flags) {
  if (sheet !== undefined) checkPngName('--sheet', sheet);
  const mapping = flags.photoLabels === undefined ? FOLDER_LABELS : await readFolderLabels(flags.photoLabels);
  const before = compare === undefined ? undefined : await readReport(compare);
  const files = await listPhotos(folder, mapping);
  const release = await readRelease(model);
  const classify = await openClassifier(release);
  const write = sheet === undefined ? undefined : await openFont();

  const results: JudgedPhoto[] = [];
  const looks: number[][] = [];
  const cells: Cell[] = [];
  const unreadable: Unreadable[] = [];
  for (const photo of files) {
    const classified = await attempt(photo, classify);
    if ('problem' in classified) {
      unreadable.push(classified);
      continue;
    }
    const result = judge(photo, classified);
    results.push(result);
    if (folds !== undefined) looks.push(backgroundLook(classified.pixels));
    if (write) cells.push({ ...result, picture: drawCell(classified, result, write) });
  }
  if (results.length === 0) {
    const got = `${unreadable[0].path}: ${unreadable[0].problem}`;
    throw new ExplainedError({ kind: 'image', what: `no photo in ${folder} can be read`, got });
  }

  const { name, version } = release.manifest;
  const score = scorePhotos(results);
  const evaluation: PhotoEvaluation = {
    model: { name, version },
    photoPipeline: PHOTO_PIPELINE,
    folder,
    ...score,
    unreadable,
    ...(folds !== undefined && { backgrounds: groupByBackground(results, looks, folds) }),
    ...(before && { compared: compareReports(before, { ...score, results }) }),
    milliseconds: medianTimes(results),
    results,
  };
  if (flags.json) console.log(JSON.stringify(evaluation));
  else printEvaluation(evaluation);
  if (report !== undefined) await writeFileAtomic(report, `${JSON.stringify(evaluation, null, 1)}\n`);
  if (sheet !== undefined && write) {
    for (const path of await writePages(sheet, drawSheet(cells, write))) console.error(`Sheet: ${path}`);
  }
}

async function attempt({ path }: PhotoFile, classify: Classifier): Promise<Classified | Unreadable> {
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

function judge(
  { folder, file, labels }: PhotoFile,
  { predictions, prepared, milliseconds }: Classified,
): JudgedPhoto {
  const { steps, warnings, quality } = prepared;
  const [{ label, score }] = predictions;
  const right = labels.includes(label);
  const abstained = abstentionOf(prepared, predictions) !== undefined;
  const answer = {
    ...{ folder, file, labels, label, score, right, abstained },
    ...{ predictions, steps, warnings, milliseconds },
  };
  return quality === undefined ? answer : { ...answer, quality };
}

/** Groups the photos and notes in each result which group it is in. */
function groupByBackground(results: JudgedPhoto[], looks: readonly number[][], count: number): Spread {
  const groupOf = cluster(looks, count);
  for (const [i, result] of results.entries()) result.group = groupOf[i];
  return scoreGroups(results, looks, groupOf);
}

function medianTimes(results: readonly JudgedPhoto[]): Times {
  const median = (part: keyof Times) => {
    const sorted = results.map(({ milliseconds }) => milliseconds[part]).sort((a, b) => a - b);
    return sorted[sorted.length >> 1];
  };
  return { decode: median('decode'), pipeline: median('pipeline'), inference: median('inference') };
}

/** @file What the command `classify` does. */
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { ExplainedError } from '#shared/errors.ts';
import type { PhotoStep } from '#shared/input/garment/photo.ts';
import type { Prediction } from '#shared/predictions.ts';
import { percent } from '../../format.ts';
import { commandLine } from '../../installation.ts';
import { type ClassifiedPhoto, openClassifier } from '../../photos/classifier.ts';
import { onnxFileOf, readRelease } from '../../release/release.ts';
import { EXIT_CODES } from '../exit-codes.ts';
import { readInput } from '../input.ts';
import { outputIsUnread } from '../output.ts';

interface Flags {
  model: string;
  topK: number;
  json: boolean;
}

/**
 * Prints the predictions for image files, computed with the Worker's decoders, photo pipeline and calibration. An image that cannot be read
 * does not stop the others; the exit code is that of the first one. Stops when nobody reads the predictions any more.
 */
export async function classify(paths: string[], { model, topK, json }: Flags): Promise<void> {
  const classifier = await openClassifier(await readRelease(await onnxFileOf(model, '--model')));
  const images = (await Promise.all(paths.map(imagesAt))).flat();
  for (const image of images) {
    if (outputIsUnread()) break;
    try {
      const classified = await classifier(await readInput(image));
      if (json) console.log(JSON.stringify({ image, ...answerOf(classified, topK) }));
      else printAnswer(image, answerOf(classified, topK));
    } catch (error) {
      if (!(error instanceof ExplainedError)) throw error;
      // The error of a decoder does not name the file.
      const problem = error.kind === 'image' ? `${image}: ${error.message}` : error.message;
      if (json) console.log(JSON.stringify({ image, error: problem }));
      console.error(`error: ${problem}`);
      process.exitCode ??= EXIT_CODES[error.kind].code;
    }
  }
}

const IMAGE_FILE = /\.(jpe?g|png|webp|avif|gif)$/i;

/** Returns the image files directly in a folder; any other path as it is. @throws ExplainedError of kind `usage` when a folder has none */
async function imagesAt(path: string): Promise<string[]> {
  const found = await stat(path).catch(() => undefined);
  if (!found?.isDirectory()) return [path];
  const names = (await readdir(path)).filter((name) => IMAGE_FILE.test(name)).toSorted();
  if (names.length > 0) return names.map((name) => join(path, name));
  throw new ExplainedError({
    kind: 'usage',
    what: `cannot classify the folder ${path}`,
    expected: 'image files in it: .jpg, .jpeg, .png, .webp, .avif or .gif',
    got: 'none',
    next: `Name a folder further down. For folders named after their labels: ${commandLine('evaluate', '--photos', path)}`,
  });
}

interface Answer {
  predictions: Prediction[];
  /** Why the model declined to answer; null when it did not. */
  abstained: string | null;
  steps: PhotoStep[];
  warnings: string[];
}

function answerOf({ prepared, predictions, abstained }: ClassifiedPhoto, topK: number): Answer {
  const { steps, warnings } = prepared;
  return { predictions: predictions.slice(0, topK), abstained: abstained ?? null, steps, warnings };
}

function printAnswer(image: string, { predictions, abstained, warnings }: Answer): void {
  const line = predictions.map(({ label, score }) => `${label} ${percent(score, 1)}`).join(', ');
  console.log(`${image}: ${abstained ? `declined to answer (${abstained}); best labels: ` : ''}${line}`);
  for (const warning of warnings) console.error(`${image}: ${warning}`);
}

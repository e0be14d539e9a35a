/**
 * @file Loads a data set of four IDX files: Fashion-MNIST, or another one such as MNIST and KMNIST, which has the same files. IDX files name
 * no classes, so they are named by their numbers, which are MNIST's digits, or by a file `labels.txt` with a line for each class.
 */
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { ExplainedError } from '#shared/errors.ts';
import { FIT_VERSION } from '#shared/input/fit/fit.ts';
import { count, list } from '../format.ts';
import { FILES } from './fashion-mnist/files.ts';
import { idxSizes, parseIdx } from './fashion-mnist/idx.ts';
import { type FourFiles, fashionMnist } from './fashion-mnist/load.ts';
import { type IdxFile, readIdxFile, requireOfficial } from './fashion-mnist/official.ts';
import { modelPrefixOf } from './model-prefix.ts';
import type { Dataset, Split } from './split.ts';

const LABELS_FILE = 'labels.txt';

/**
 * Loads the data set in a folder of four IDX files. The content decides which it is: four official files are Fashion-MNIST.
 * @throws ExplainedError of kind `data` when a file is missing or damaged, or some but not all are of Fashion-MNIST
 */
export async function loadIdxFolder(
  folder: string,
  log: (line: string) => void = () => {},
): Promise<Dataset> {
  const read = async (name: keyof typeof FILES) => [name, await readIdxFile(folder, FILES[name])] as const;
  const entries: (readonly [keyof typeof FILES, IdxFile])[] = [];
  for (const name of Object.keys(FILES) as (keyof typeof FILES)[]) entries.push(await read(name));
  const files = Object.fromEntries(entries) as FourFiles;
  if (entries.some(([, { isOfficial }]) => isOfficial)) {
    // Some of the files are of Fashion-MNIST, so the others must be, too.
    for (const [name, file] of entries) requireOfficial(file, FILES[name], MIXED);
    return fashionMnist(files);
  }
  const dataset = await otherDataset(folder, files);
  const { train, test, classes } = dataset;
  log(
    `${folder}: ${count(train.count)} training and ${count(test.count)} test images of ${classes.length} classes, ${list(classes)}. They are not those of Fashion-MNIST.`,
  );
  return dataset;
}

const MIXED = 'Put the four files of one data set into the folder.';

async function otherDataset(folder: string, files: FourFiles): Promise<Dataset> {
  const train = splitOf(files.trainImages, files.trainLabels);
  const test = splitOf(files.testImages, files.testLabels);
  const [size, testSize] = [train.shape, test.shape].map((shape) => shape.join(' × '));
  if (size !== testSize) throw damaged(files.testImages.path, `images of ${size} pixels`, testSize);
  const [height, width] = train.shape;
  const names = Object.keys(files) as (keyof FourFiles)[];
  const digests = names.map((name) => [FILES[name].name.replace('.gz', ''), files[name].contentMd5]);
  return {
    name: basename(resolve(folder)),
    modelPrefix: modelPrefixOf(basename(resolve(folder))),
    classes: await classesOf(folder, [train.split, test.split]),
    shape: [1, height, width],
    preprocessing: { kind: 'fit', version: FIT_VERSION, mode: 'cover' },
    train: train.split,
    test: test.split,
    digests: Object.fromEntries(digests),
  };
}

/** @returns also [height, width] of an image */
function splitOf(images: IdxFile, labels: IdxFile): { split: Split; shape: [number, number] } {
  const sizes = idxSizes(images.path, images.content, 3) as [number, number, number];
  const [total, height, width] = sizes;
  if (total * height * width === 0) throw damaged(images.path, 'images', sizes.join(' × '));
  const split = {
    count: total,
    images: parseIdx(images.path, images.content, sizes),
    labels: Uint16Array.from(parseIdx(labels.path, labels.content, [total])),
  };
  return { split, shape: [height, width] };
}

async function classesOf(folder: string, splits: readonly Split[]): Promise<string[]> {
  const largest = splits.reduce((all, { labels }) => labels.reduce((a, b) => Math.max(a, b), all), 1);
  const path = join(folder, LABELS_FILE);
  if (!existsSync(path)) return Array.from({ length: largest + 1 }, (_, i) => String(i));
  const lines = (await readFile(path, 'utf8'))
    .trimEnd()
    .split(/\r?\n/)
    .map((line) => line.trim());
  if (lines.length > largest && lines.every((line, i) => line !== '' && lines.indexOf(line) === i))
    return lines;
  throw damaged(path, `a line for each of ${largest + 1} classes, all different`, `${lines.length} lines`);
}

const damaged = (path: string, expected: string, got: string): ExplainedError =>
  new ExplainedError({ kind: 'data', what: `cannot use ${path}`, expected, got });

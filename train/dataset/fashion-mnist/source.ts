/** @file Finds Fashion-MNIST: a folder that is given, the user's cache, or the official mirrors. */
import { createHash } from 'node:crypto';
import { access, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import envPaths from 'env-paths';
import { ExplainedError } from '#shared/errors.ts';
import { type DownloadProgress, download } from './download.ts';
import { FILES, MIRRORS, type OfficialFile } from './files.ts';
import { parseIdx } from './idx.ts';

/** Images with their labels. */
export interface Split {
  count: number;
  /** Pixels, [count, 1, 28, 28]. */
  images: Uint8Array;
  /** Class indices, [count]. */
  labels: Uint8Array;
}

export interface Dataset {
  train: Split;
  test: Split;
  /** Official file name → MD5. */
  md5: Record<string, string>;
}

export interface SourceOptions {
  /** Folder with the four official files; nothing is downloaded then. */
  folder?: string | undefined;
  /** Where downloads are kept; the user's cache folder unless given. */
  cache?: string;
  mirrors?: string[];
  onProgress?: DownloadProgress;
}

/** The folder that downloads are kept in. */
const defaultCache = (): string => join(envPaths('tinyvgg-edge', { suffix: '' }).cache, 'fashion-mnist');

/**
 * Loads the data set from `folder`, or `FASHION_MNIST_DIR`, or the cache, downloading what the cache lacks.
 * @throws ExplainedError of kind `data` when a file is missing, damaged or not to be had
 */
export async function loadDataset(options: SourceOptions = {}): Promise<Dataset> {
  const { cache = defaultCache(), mirrors = MIRRORS, onProgress } = options;
  const given = options.folder ?? process.env.FASHION_MNIST_DIR;
  const folder = given ?? cache;
  if (given === undefined) {
    for (const { name, md5 } of Object.values(FILES)) {
      const path = join(cache, name);
      if (await exists(path)) continue;
      await download({
        urls: mirrors.map((mirror) => new URL(name, mirror).href),
        path,
        md5,
        ...(onProgress && { onProgress }),
      });
    }
  }
  // One after the other, so that of several bad files always the first one is named.
  const trainImages = await readOfficial(folder, FILES.trainImages);
  const trainLabels = await readOfficial(folder, FILES.trainLabels);
  const testImages = await readOfficial(folder, FILES.testImages);
  const testLabels = await readOfficial(folder, FILES.testLabels);
  return {
    train: { count: trainLabels.length, images: trainImages, labels: trainLabels },
    test: { count: testLabels.length, images: testImages, labels: testLabels },
    md5: Object.fromEntries(Object.values(FILES).map(({ name, md5 }) => [name, md5])),
  };
}

/** Images that a model is trained on, is tested on, and is kept from; of the last there may be none. */
export interface RunData {
  train: Split;
  test: Split;
  heldOut: Split;
}

/**
 * What a run takes of the data set: the last `heldOut` training images are kept from the model, and of the others, as of the test
 * images, the first `limit` are taken.
 * @throws ExplainedError of kind `usage` when nothing would be left to train on
 */
export function divide(dataset: Dataset, heldOut: number, limit = dataset.train.count): RunData {
  const divided = holdOut(dataset.train, heldOut);
  return {
    train: take(divided.train, limit),
    heldOut: divided.heldOut,
    test: take(dataset.test, limit),
  };
}

/** The first `count` images of a split. */
export const take = (split: Split, count: number): Split => part(split, 0, Math.min(count, split.count));

/**
 * A split without its last `count` images, and those. The official files are in no order, so that these are as good as any.
 * @throws ExplainedError of kind `usage` when nothing would be left
 */
export function holdOut(split: Split, count: number): { train: Split; heldOut: Split } {
  const first = split.count - count;
  if (first <= 0) {
    throw new ExplainedError({
      kind: 'usage',
      what: `cannot hold out ${count} images`,
      expected: `fewer than the ${split.count} of the training set`,
      next: 'Use a smaller --held-out.',
    });
  }
  return { train: part(split, 0, first), heldOut: part(split, first, split.count) };
}

function part({ images, labels, count }: Split, from: number, to: number): Split {
  const pixels = images.length / count;
  return {
    count: to - from,
    images: images.subarray(from * pixels, to * pixels),
    labels: labels.subarray(from, to),
  };
}

async function readOfficial(folder: string, { name, md5, shape }: OfficialFile): Promise<Uint8Array> {
  const path = join(folder, name);
  const compressed = await readFile(path).catch((cause: NodeJS.ErrnoException) => {
    throw new ExplainedError({
      kind: 'data',
      what: `cannot read ${path}`,
      expected: 'the official file of Fashion-MNIST',
      got: cause.code ?? cause.message,
      next: 'Put the four official .gz files there, or leave out --data and FASHION_MNIST_DIR to download them.',
      cause,
    });
  });
  const got = createHash('md5').update(compressed).digest('hex');
  if (got !== md5) {
    throw new ExplainedError({
      kind: 'data',
      what: `${path} is not the official file`,
      expected: `MD5 ${md5}`,
      got: `${got} (${compressed.length} bytes)`,
      next: 'Delete it and load it again.',
    });
  }
  return parseIdx(path, await promisify(gunzip)(compressed), shape);
}

const exists = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  );

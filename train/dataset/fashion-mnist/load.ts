/** @file Loads Fashion-MNIST from a folder, from the user's cache, or from the official mirrors. */
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { ExplainedError } from '#shared/errors.ts';
import { cacheFolder } from '../../cache.ts';
import type { Dataset } from '../split.ts';
import { DESCRIPTION } from './description.ts';
import { type DownloadProgress, download } from './download.ts';
import { FILES, MIRRORS, type OfficialFile } from './files.ts';
import { parseIdx } from './idx.ts';
import { sizeOf } from './transfer.ts';

export interface LoadOptions {
  /** Folder with the four official files. With it, nothing is downloaded. */
  folder?: string | undefined;
  /** Folder for downloads; the user's cache folder by default. */
  cache?: string;
  mirrors?: string[];
  onProgress?: DownloadProgress;
}

const defaultCache = (): string => cacheFolder('fashion-mnist');

/**
 * Loads the data set from `folder`, else from the folder in `FASHION_MNIST_DIR`, else from the cache. Files that the cache lacks are
 * downloaded.
 * @throws ExplainedError of kind `data` when a file is missing or damaged, or when its download fails
 */
export async function loadDataset(options: LoadOptions = {}): Promise<Dataset> {
  const { cache = defaultCache(), mirrors = MIRRORS, onProgress } = options;
  const given = options.folder ?? folderOfEnvironment();
  if (given === undefined) await fillCache(cache, mirrors, onProgress);
  const folder = given ?? cache;
  // One after the other: with several bad files, the error always names the first one.
  const trainImages = await readOfficial(folder, FILES.trainImages);
  const trainLabels = await readOfficial(folder, FILES.trainLabels);
  const testImages = await readOfficial(folder, FILES.testImages);
  const testLabels = await readOfficial(folder, FILES.testLabels);
  return {
    ...DESCRIPTION,
    train: { count: trainLabels.length, images: trainImages, labels: Uint16Array.from(trainLabels) },
    test: { count: testLabels.length, images: testImages, labels: Uint16Array.from(testLabels) },
    digests: Object.fromEntries(Object.values(FILES).map(({ name, md5 }) => [name, md5])),
  };
}

function folderOfEnvironment(): string | undefined {
  const { FASHION_MNIST_DIR: folder } = process.env;
  if (folder === undefined || folder.trim() !== '') return folder;
  throw new ExplainedError({
    kind: 'usage',
    what: 'FASHION_MNIST_DIR is empty',
    expected: 'a folder with the four official files of Fashion-MNIST',
    next: 'Set it to that folder, or unset it to download the files.',
  });
}

/** Downloads the files that the cache lacks or that are incomplete there. */
async function fillCache(cache: string, mirrors: string[], onProgress?: DownloadProgress): Promise<void> {
  for (const { name, md5, bytes } of Object.values(FILES)) {
    const path = join(cache, name);
    if ((await sizeOf(path)) === bytes) continue;
    await download({
      urls: mirrors.map((mirror) => new URL(name, mirror).href),
      path,
      md5,
      bytes,
      ...(onProgress && { onProgress }),
    });
  }
}

/** Reads, verifies and unpacks one official file. */
async function readOfficial(folder: string, { name, md5, shape }: OfficialFile): Promise<Uint8Array> {
  const path = join(folder, name);
  const compressed = await readFile(path).catch((cause: NodeJS.ErrnoException) => {
    throw new ExplainedError({
      kind: 'data',
      what: `cannot read ${path}`,
      expected: 'an official file of Fashion-MNIST',
      got: cause.code ?? cause.message,
      next: 'Put the four official .gz files into the folder, or leave out --data and FASHION_MNIST_DIR to download them.',
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
      next: 'Delete the file and run the command again.',
    });
  }
  // zlib's default pieces of 16 KiB cost half as much time again.
  return parseIdx(path, await promisify(gunzip)(compressed, { chunkSize: 2 ** 20 }), shape);
}

/** @file Loads Fashion-MNIST from a folder, from the user's cache, or from the official mirrors. */
import { ExplainedError } from '#shared/errors.ts';
import { cacheFolder } from '../../cache.ts';
import type { Dataset } from '../split.ts';
import { DESCRIPTION } from './description.ts';
import type { DownloadProgress } from './download.ts';
import { FILES, MIRRORS, type OfficialFile } from './files.ts';
import { parseIdx } from './idx.ts';
import { type IdxFile, readIdxFile, requireOfficial } from './official.ts';

export interface LoadOptions {
  /** Folder with the four official files, packed or not. With it, nothing is downloaded. */
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
  if (given === undefined) {
    // Imported only for it: node:http takes as long to load as a third of the command line.
    const { fillCache } = await import('./fill-cache.ts');
    await fillCache(cache, mirrors, onProgress);
  }
  const folder = given ?? cache;
  const read = async (file: OfficialFile) => {
    const found = await readIdxFile(folder, file);
    requireOfficial(found, file, given === undefined ? OF_CACHE : OF_USER);
    return found;
  };
  // One after the other: with several bad files, the error always names the first one.
  const [trainImages, trainLabels] = [await read(FILES.trainImages), await read(FILES.trainLabels)];
  const [testImages, testLabels] = [await read(FILES.testImages), await read(FILES.testLabels)];
  return fashionMnist({ trainImages, trainLabels, testImages, testLabels });
}

/** A file in the user's own folder is never to be deleted: it can be of another data set. */
const OF_USER =
  'Put the official file into another folder and name that one, or leave out --data and FASHION_MNIST_DIR to download it. Another data set of four IDX files, such as MNIST, needs --data.';
const OF_CACHE = 'Delete this copy in the cache and run the command again: it is downloaded.';

/** The four files of a data set. */
export type FourFiles = Record<keyof typeof FILES, IdxFile>;

/** Returns the data set in the four official files. */
export function fashionMnist(files: FourFiles): Dataset {
  const data = (name: keyof typeof FILES) =>
    parseIdx(files[name].path, files[name].content, FILES[name].shape);
  const split = (images: Uint8Array, labels: Uint8Array) => ({
    ...{ count: labels.length, images, labels: Uint16Array.from(labels) },
  });
  return {
    ...DESCRIPTION,
    train: split(data('trainImages'), data('trainLabels')),
    test: split(data('testImages'), data('testLabels')),
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

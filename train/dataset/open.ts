/** @file Opens the data set of a run: Fashion-MNIST, or a folder of images. */
import { ExplainedError } from '#shared/errors.ts';
import { FIT_VERSION, type FitMode } from '#shared/input/fit/fit.ts';
import { GARMENT_INPUT } from '#shared/input/prepare.ts';
import type { PictureInput } from '#shared/input/preprocessing.ts';
import { flagOf } from '../format.ts';
import type { Source } from '../model/transfer.ts';
import { DESCRIPTION } from './fashion-mnist/description.ts';
import type { DownloadProgress } from './fashion-mnist/download.ts';
import { loadDataset } from './fashion-mnist/load.ts';
import { hasIdxFile } from './fashion-mnist/official.ts';
import type { FolderDataset } from './folder/load.ts';
import { loadIdxFolder } from './idx-folder.ts';
import type { Dataset } from './split.ts';

/** Colours of a folder's images, with their number of channels. */
export const COLOURS = { grey: 1, rgb: 3 } as const;
export type Colour = keyof typeof COLOURS;

/** The settings of a run that decide its images. A missing one has its default. */
export interface DataSettings {
  /** Folder of the data set; Fashion-MNIST is found or downloaded when undefined. */
  data?: string | undefined;
  /** Width and height of a folder's images, in pixels. */
  imageSize?: number | undefined;
  colour?: Colour | undefined;
  /** How a folder's images are prepared: scaled in one of two ways, or by the photo pipeline for garments. */
  fit?: FitMode | 'garment' | undefined;
  /** Assigns a folder's images to parts. */
  splitSeed?: number | undefined;
  /** The class of a folder's images that show none of the others. */
  none?: string | undefined;
  /** Folder of photos that are added to Fashion-MNIST. */
  photos?: string | undefined;
}

type FolderSettings = { [name in keyof typeof FOLDER_DEFAULTS]: NonNullable<DataSettings[name]> } & {
  data: string;
};

/** Defaults of a folder's settings. */
export const FOLDER_DEFAULTS = { imageSize: 64, colour: 'rgb', fit: 'cover', splitSeed: 0 } as const;

export interface OpenOptions {
  onDownload?: DownloadProgress;
  /** Receives the number of images that are ready, and of all images. */
  onProgress?: (ready: number, total: number) => void;
  log?: (line: string) => void;
  /** The release that training starts from. With `photos`, it chooses among the labels of a kind. */
  start?: Source | undefined;
}

/** Returns whether the settings name a folder of images. A folder of IDX files, such as those of Fashion-MNIST, is none. */
export const isFolder = ({ data }: DataSettings): boolean => data !== undefined && !hasIdxFile(data);

/**
 * Opens the data set that the settings name.
 * @throws ExplainedError of kind `data` when it cannot be read, of kind `usage` when a setting needs a folder of images
 */
export async function openDataset(settings: DataSettings, options: OpenOptions = {}): Promise<Dataset> {
  const { photos } = settings;
  if (isFolder(settings)) {
    if (photos !== undefined) throw photosWithFolder();
    return openFolder(settings, options);
  }
  rejectFolderSettings(settings);
  const dataset = await openIdxFiles(settings.data, options);
  const { onProgress, log, start } = options;
  if (photos !== undefined && dataset.name !== DESCRIPTION.name) throw photosWithFolder();
  if (photos === undefined) return dataset;
  const { withPhotos } = await import('./fashion-mnist/photos.ts');
  return withPhotos(dataset, photos, { ...(onProgress && { onProgress }), ...(log && { log }), start });
}

/**
 * Opens a folder of four IDX files, or without a folder Fashion-MNIST.
 * @throws ExplainedError of kind `data` when it cannot be read
 */
export const openIdxFiles = (
  data: string | undefined,
  { onDownload, log }: Pick<OpenOptions, 'onDownload' | 'log'>,
): Promise<Dataset> =>
  data === undefined
    ? loadDataset({ ...(onDownload && { onProgress: onDownload }) })
    : loadIdxFolder(data, log);

const photosWithFolder = (): ExplainedError =>
  new ExplainedError({
    kind: 'usage',
    what: 'cannot use --photos with a folder of images',
    expected: 'Fashion-MNIST',
    next: 'Leave out --data, or put the photos into its folder.',
  });

/** @throws ExplainedError of kind `usage` for a setting that Fashion-MNIST does not have */
export function rejectFolderSettings(settings: DataSettings): void {
  for (const name of [...Object.keys(FOLDER_DEFAULTS), 'none']) {
    if (settings[name as keyof DataSettings] === undefined) continue;
    throw new ExplainedError({
      kind: 'usage',
      what: `cannot use ${flagOf(name)} with Fashion-MNIST`,
      expected: 'a folder of images',
      next: `Name a folder with --data, or leave out ${flagOf(name)}.`,
    });
  }
}

/** Loads a folder of images as a data set. */
async function openFolder(settings: DataSettings, { onProgress, log }: OpenOptions): Promise<FolderDataset> {
  const { loadFolder } = await import('./folder/load.ts');
  const { data, input, splitSeed } = folderSettings(settings);
  const { none } = settings;
  return loadFolder(data, { input, splitSeed, none, ...(onProgress && { onProgress }), ...(log && { log }) });
}

/**
 * Returns the settings of a folder with their defaults.
 * @throws ExplainedError of kind `usage` for a size or a colour of garments, which the photo pipeline decides
 */
export function folderSettings(settings: DataSettings): {
  data: string;
  input: PictureInput;
  splitSeed: number;
} {
  const given = Object.entries(settings).filter(([, value]) => value !== undefined);
  const all = { ...FOLDER_DEFAULTS, ...Object.fromEntries(given) } as FolderSettings;
  const { data, imageSize, colour, fit, splitSeed } = all;
  if (fit === 'garment') {
    rejectWithGarments(settings);
    return { data, input: GARMENT_INPUT, splitSeed };
  }
  const preprocessing = { kind: 'fit', version: FIT_VERSION, mode: fit } as const;
  return { data, input: { shape: [COLOURS[colour], imageSize, imageSize], preprocessing }, splitSeed };
}

function rejectWithGarments(settings: DataSettings): void {
  const [channels, height, width] = GARMENT_INPUT.shape;
  for (const name of ['imageSize', 'colour'] as const) {
    if (settings[name] === undefined) continue;
    throw new ExplainedError({
      kind: 'usage',
      what: `cannot use ${flagOf(name)} with --fit garment`,
      expected: `the image of the photo pipeline, ${height} × ${width} pixels of ${channels} channel`,
      next: `Leave out ${flagOf(name)}, or use --fit cover.`,
    });
  }
}

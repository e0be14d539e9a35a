/** @file The trainings of a run or a sweep: one per model, each with its key. */
import { ExplainedError } from '#shared/errors.ts';
import { lazy } from '#shared/lazy.ts';
import { DESCRIPTION } from '../dataset/fashion-mnist/description.ts';
import { FILES } from '../dataset/fashion-mnist/files.ts';
import { loadDataset } from '../dataset/fashion-mnist/load.ts';
import { isFolder, rejectFolderSettings } from '../dataset/open.ts';
import type { Dataset } from '../dataset/split.ts';
import { commandLine } from '../installation.ts';
import { readSources, type Sources } from '../release/source.ts';
import { codeDigest } from '../run/provenance.ts';
import type { Settings } from '../run/settings.ts';
import { releaseName } from '../run/train-model.ts';
import { openJobFolder } from './folder-dataset.ts';
import { type TrainingInputs, trainingInputs, trainingKey } from './training-key.ts';

export interface Training {
  settings: Settings;
  model: string;
  /** Name of its release. */
  name: string;
  sources: Sources;
  inputs: TrainingInputs;
  key: string;
}

const code = lazy(codeDigest);

/**
 * Lists the trainings of `settings`, one per model. A folder of images is read for its digest.
 * @throws ExplainedError of kind `usage` for a setting that Fashion-MNIST does not have, of kind `data` for a folder that cannot be read
 */
export async function listTrainings(settings: Settings): Promise<Training[]> {
  const { digests, modelPrefix } = await datasetOf(settings);
  const digest = await code();
  const sources = await readSources(settings);
  return Promise.all(
    settings.models.map(async (model) => {
      const inputs = trainingInputs(settings, model, digests, digest, sources);
      const name = releaseName(modelPrefix, model, settings.models.length);
      return { settings, model, name, sources, inputs, key: await trainingKey(inputs) };
    }),
  );
}

/** @throws ExplainedError of kind `usage` for photos: only their digest would name them, and no job reads it */
function rejectPhotos({ photos }: Settings): void {
  if (photos === undefined) return;
  throw new ExplainedError({
    kind: 'usage',
    what: 'cannot use --photos in a job that keeps its results in the object store',
    next: `Use ${commandLine('train', '--photos')}, then ${commandLine('push')}.`,
  });
}

const required = new Map<string, Promise<unknown>>();

/** @throws ExplainedError of kind `data` when a folder has other IDX files. Their training must not be found under Fashion-MNIST's digests. */
async function requireFashionMnist(folder: string): Promise<void> {
  const loaded = required.get(folder) ?? loadDataset({ folder });
  required.set(folder, loaded);
  await loaded;
}

/** Returns what names the data set. The digests of Fashion-MNIST are known, so its files need not be on this machine. */
async function datasetOf(settings: Settings): Promise<Pick<Dataset, 'digests' | 'modelPrefix'>> {
  if (isFolder(settings)) return openJobFolder(settings);
  rejectFolderSettings(settings);
  rejectPhotos(settings);
  if (settings.data !== undefined) await requireFashionMnist(settings.data);
  const digests = Object.fromEntries(Object.values(FILES).map(({ name, md5 }) => [name, md5]));
  return { ...DESCRIPTION, digests };
}

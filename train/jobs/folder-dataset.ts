/** @file The folders of images that a job trains on, and on whose other images it compares models. */
import { ExplainedError } from '#shared/errors.ts';
import { pictureInputOf } from '#shared/input/preprocessing.ts';
import type { Manifest } from '#shared/manifest.ts';
import { loadFolder } from '../dataset/folder/load.ts';
import { type DataSettings, folderSettings, openDataset } from '../dataset/open.ts';
import { type Dataset, joinSplits, type Split, where } from '../dataset/split.ts';
import { commandLine } from '../installation.ts';
import type { Settings } from '../run/settings.ts';
import { correctPredictions } from './held-out-accuracy.ts';

const opened = new Map<string, Promise<Dataset>>();

/**
 * Opens a folder of images, once for all trainings on the same images.
 * @throws ExplainedError of kind `data` when it cannot be read
 */
export function openJobFolder(settings: DataSettings): Promise<Dataset> {
  const key = JSON.stringify({ ...folderSettings(settings), none: settings.none });
  const dataset = opened.get(key) ?? openDataset(settings);
  opened.set(key, dataset);
  return dataset;
}

/**
 * Returns the images of a folder on which nothing was chosen: the test images, and also the validation images unless the epoch was chosen
 * on them.
 */
export const comparedImages = ({ test, validation }: Dataset, { select }: Pick<Settings, 'select'>): Split =>
  validation && select === 'last' ? joinSplits(validation, test) : test;

/**
 * Evaluates a model on the compared images of a folder, prepared as the model's manifest says. A class that the model does not have counts
 * as wrong.
 * @returns [count], in the same order for every model: 1 where the prediction is the name of the class
 * @throws ExplainedError of kind `model` for a model of another program
 */
export async function correctOnFolder(
  onnx: Uint8Array,
  manifest: Manifest,
  settings: Settings,
): Promise<Uint8Array> {
  const { labels, name, version } = manifest;
  if (!manifest.training) {
    throw new ExplainedError({
      kind: 'model',
      what: `cannot compare a model with ${name} ${version}`,
      expected: `a model that ${commandLine('train')} has made`,
      got: 'a model of another program',
      next: `Train under the name of another folder, or promote the new model with ${commandLine('promote')}.`,
    });
  }
  const { data, splitSeed } = folderSettings(settings);
  const dataset = await loadFolder(data, { input: pictureInputOf(manifest), splitSeed });
  const images = comparedImages(dataset, settings);
  const indices = dataset.classes.map((name) => labels.indexOf(name));
  const known = where(images, (label) => indices[label] !== -1);
  if (known.places.length === 0) return new Uint8Array(images.count);
  const renamed = { ...known.split, labels: known.split.labels.map((label) => indices[label]) };
  const right = await correctPredictions(onnx, renamed, labels.length);
  const correct = new Uint8Array(images.count);
  for (const [i, place] of known.places.entries()) correct[place] = right[i];
  return correct;
}

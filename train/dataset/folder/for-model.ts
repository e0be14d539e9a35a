/** @file Loads a folder of images for a model: prepared as its manifest says, with the indices of its labels. */
import { ExplainedError } from '#shared/errors.ts';
import { pictureInputOf } from '#shared/input/preprocessing.ts';
import type { Manifest } from '#shared/manifest.ts';
import { list } from '../../format.ts';
import type { Split } from '../split.ts';
import { type LoadFolderOptions, loadFolder } from './load.ts';

/**
 * Returns the test images of a folder.
 * @throws ExplainedError of kind `data` when a class of the folder is no label of the model
 */
export async function loadTestImages(
  data: string,
  { labels, training, ...manifest }: Manifest,
  options: Omit<LoadFolderOptions, 'input'>,
): Promise<Split> {
  const { test, classes, digests } = await loadFolder(data, { ...options, input: pictureInputOf(manifest) });
  const unknown = classes.filter((name) => !labels.includes(name));
  if (unknown.length > 0) {
    throw new ExplainedError({
      kind: 'data',
      what: `cannot evaluate ${manifest.name} on ${data}`,
      expected: `the labels of the model: ${list(labels)}`,
      got: list(unknown),
      next: 'Remove these classes, or name another model.',
    });
  }
  if (training?.dataset.images !== digests.images) {
    options.log?.(
      'The model was trained on other images, or on another split of these: it may have seen some of the test images.',
    );
  }
  return { ...test, labels: test.labels.map((label) => labels.indexOf(classes[label])) };
}

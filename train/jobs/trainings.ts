/** @file The trainings of a run or a sweep: one per model, each with its key. */
import { ExplainedError } from '#shared/errors.ts';
import { lazy } from '#shared/lazy.ts';
import { FILES } from '../dataset/fashion-mnist/files.ts';
import { isFolder, rejectFolderSettings } from '../dataset/open.ts';
import { type Pretrained, readStart } from '../release/pretrained.ts';
import { codeDigest } from '../run/provenance.ts';
import type { Settings } from '../run/settings.ts';
import { type TrainingInputs, trainingInputs, trainingKey } from './training-key.ts';

export interface Training {
  settings: Settings;
  model: string;
  /** The release that training starts from. */
  pretrained: Pretrained | undefined;
  inputs: TrainingInputs;
  key: string;
}

const code = lazy(codeDigest);

/**
 * Lists the trainings of `settings`, one per model.
 * @throws ExplainedError of kind `usage` for a folder of images: jobs train on Fashion-MNIST
 */
export async function listTrainings(settings: Settings): Promise<Training[]> {
  requireFashionMnist(settings);
  const dataset = Object.fromEntries(Object.values(FILES).map(({ name, md5 }) => [name, md5]));
  const digest = await code();
  const pretrained = await readStart(settings);
  return Promise.all(
    settings.models.map(async (model) => {
      const inputs = trainingInputs(settings, model, dataset, digest, pretrained);
      return { settings, model, pretrained, inputs, key: await trainingKey(inputs) };
    }),
  );
}

function requireFashionMnist(settings: Settings): void {
  if (!isFolder(settings)) {
    rejectFolderSettings(settings);
    return;
  }
  throw new ExplainedError({
    kind: 'usage',
    what: `cannot run a job on ${settings.data}`,
    expected: 'the four official files of Fashion-MNIST',
    got: 'a folder of images',
    next: 'Train on it with npm run train, and upload the release with npm run push.',
  });
}

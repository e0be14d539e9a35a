/** @file The folders of images that a job trains on. */
import { type DataSettings, folderSettings, openDataset } from '../dataset/open.ts';
import type { Dataset } from '../dataset/split.ts';

const opened = new Map<string, Promise<Dataset>>();

/**
 * Opens a folder of images, once for all trainings on the same images.
 * @throws ExplainedError of kind `data` when it cannot be read
 */
export function openJobFolder(settings: DataSettings): Promise<Dataset> {
  const key = JSON.stringify(folderSettings(settings));
  const dataset = opened.get(key) ?? openDataset(settings);
  opened.set(key, dataset);
  return dataset;
}

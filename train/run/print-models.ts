/** @file `npm run train -- --summary`: prints the networks that a training would train. */
import { DESCRIPTION } from '../dataset/fashion-mnist/description.ts';
import { isFolder, openDataset, rejectFolderSettings } from '../dataset/open.ts';
import type { Dataset } from '../dataset/split.ts';
import { layerTable, printedModel } from '../model/print-network.ts';
import { networkOf } from './networks.ts';
import { datasetPrinter } from './progress.ts';
import type { Settings } from './settings.ts';

/**
 * Prints each network of the settings: as PyTorch prints a model, and as a table of layers.
 * @throws ExplainedError of kind `model` when the sizes of a network do not fit the images, of kind `data` when a folder cannot be read
 */
export async function printModels(settings: Settings): Promise<void> {
  const dataset = await describedDataset(settings);
  for (const model of settings.models) {
    const network = networkOf(settings, model, dataset);
    console.log(`\n${printedModel(network)}\n\n${layerTable(network, settings.batchSize)}`);
  }
}

/** Returns the shape of the images and the classes. Those of Fashion-MNIST are known without a download; photos can add a class to them. */
async function describedDataset(settings: Settings): Promise<Pick<Dataset, 'shape' | 'classes'>> {
  if (isFolder(settings) || settings.photos !== undefined) return openDataset(settings, datasetPrinter());
  rejectFolderSettings(settings);
  return DESCRIPTION;
}

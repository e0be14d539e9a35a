/** @file Runs a job: several trainings whose checkpoints and results are in the object store. */
import { lazy } from '#shared/lazy.ts';
import { DESCRIPTION } from '../dataset/fashion-mnist/description.ts';
import { loadDataset } from '../dataset/fashion-mnist/load.ts';
import { isFolder } from '../dataset/open.ts';
import type { Engine } from '../engine/engine.ts';
import type { JobContext } from '../jobs/ensure-trained.ts';
import { openJobFolder } from '../jobs/folder-dataset.ts';
import type { Training } from '../jobs/trainings.ts';
import { networkOf } from '../run/networks.ts';
import { openTrainingEngine } from '../run/open-engine.ts';
import { downloadPrinter } from '../run/progress.ts';
import { interruptible } from './interruption.ts';

/**
 * Runs a job until it ends or a signal interrupts it. After a signal, training stops with a checkpoint in the store.
 * @param data folder with the files of Fashion-MNIST
 */
export function runJob(
  data: string | undefined,
  work: (context: JobContext) => Promise<void>,
): Promise<void> {
  const fashionMnist = lazy(() => loadDataset({ folder: data, onProgress: downloadPrinter() }));
  const dataset: JobContext['dataset'] = (settings) =>
    isFolder(settings) ? openJobFolder(settings) : fashionMnist();
  return interruptible(
    (signal) => work({ dataset, engine: engineCache(dataset), signal, log: console.log }),
    (signal) =>
      `Interrupted by ${signal}, with a checkpoint in the store. Run the same command again to resume.`,
  );
}

/**
 * Returns a function that opens the engine of a training. Trainings with the same device settings share an engine, so that a graphics card
 * can compute their steps together. With the device `auto`, the first of these trainings decides.
 */
function engineCache(dataset: JobContext['dataset']): (training: Training) => Promise<Engine> {
  const engines = new Map<string, Promise<Engine>>();
  return async ({ settings, model }) => {
    const { device, threads, kernels, allowSoftwareAdapter } = settings;
    const key = JSON.stringify([device, threads, kernels, allowSoftwareAdapter]);
    const open = async () => {
      // The engine of a sweep is opened before it is known whether a point needs the images.
      const images = isFolder(settings) ? await dataset(settings) : DESCRIPTION;
      return openTrainingEngine(settings, [networkOf(settings, model, images)]);
    };
    const engine = engines.get(key) ?? open();
    engines.set(key, engine);
    return engine;
  };
}

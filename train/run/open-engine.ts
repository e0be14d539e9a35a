/** @file Opens the engine for a run's settings. */
import type { Network } from '#shared/model/spec.ts';
import type { Engine } from '../engine/engine.ts';
import { openEngine } from '../engine/open.ts';
import { list } from '../format.ts';
import type { Settings } from './settings.ts';

/**
 * Opens the engine of the settings' device, and prints its description.
 * @param networks the networks to train; device `auto` measures which engine trains them fastest
 */
export async function openTrainingEngine(settings: Settings, networks: Network[]): Promise<Engine> {
  const { device, threads, kernels, allowSoftwareAdapter, optimizer, batchSize } = settings;
  const engine = await openEngine(device, {
    ...{ threads, kernels, allowSoftwareAdapter },
    workload: { networks, optimizer, batchSize },
    log: console.log,
  });
  console.log(`Engine ${engine.name}: ${engine.description}`);
  const strided = networks.filter(hasStride).map(({ name }) => name);
  if (engine.name === 'cpu' && strided.length > 0) {
    console.log(
      `Note: ${list(strided)} ${strided.length === 1 ? 'has' : 'have'} convolutions with a stride above 1. Steps can take twice as long as in PyTorch (docs/results.md).`,
    );
  }
  return engine;
}

/** The kernels of all other convolutions are at least as fast as PyTorch's on the same processor. */
const hasStride = ({ layers }: Network): boolean =>
  layers.some((layer) => layer.kind === 'conv2d' && layer.stride > 1);

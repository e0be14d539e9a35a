/** @file Opens the engine for a run's settings. */
import type { Network } from '#shared/model/spec.ts';
import type { Engine } from '../engine/engine.ts';
import { openEngine } from '../engine/open.ts';
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
  return engine;
}

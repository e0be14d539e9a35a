/** @file The networks that a run's settings name, for a data set. */
import { ExplainedError } from '#shared/errors.ts';
import { type Network, resolveNetwork } from '#shared/model/spec.ts';
import type { Dataset } from '../dataset/split.ts';
import { flagOf } from '../format.ts';
import type { Initialization } from '../model/initialize.ts';
import { describedNetwork, type NetworkDescription } from '../model/network-file.ts';
import { LAB_MODELS, type ModelName, modelSpec, sizesOf, type ZooPadding } from '../model/zoo.ts';

/** The settings that decide the networks. */
export interface NetworkSettings {
  /** Names of the networks. */
  models: readonly string[];
  /** A network of the user's own; `models` is then its name. */
  network: NetworkDescription | undefined;
  /** Sizes of the lab's networks; the lab's when undefined. */
  hiddenUnits: number | undefined;
  kernelSize: number | undefined;
  padding: ZooPadding | undefined;
  /** How the first weights are drawn; when undefined, `he` for photonet and `pytorch` for all others. */
  initialization: Initialization | undefined;
}

/**
 * Builds the network of one of the settings' models.
 * @throws ExplainedError of kind `model` when its sizes do not fit the images
 */
export function networkOf(
  settings: NetworkSettings,
  model: string,
  dataset: Pick<Dataset, 'shape' | 'classes'>,
): Network {
  const { input, classes } = sizesOf(dataset);
  if (settings.network) return describedNetwork(settings.network, input, classes);
  const { hiddenUnits, kernelSize, padding } = settings;
  const given = Object.entries({ hiddenUnits, kernelSize, padding }).filter(([, size]) => size !== undefined);
  return resolveNetwork(modelSpec(model as ModelName, { input, classes, ...Object.fromEntries(given) }));
}

/** Returns how the first weights of a model are drawn. With PyTorch's weights, a signal fades on its way through photonet's five ReLUs. */
export const initializationOf = (
  { network, initialization }: Pick<NetworkSettings, 'network' | 'initialization'>,
  model: string,
): Initialization => initialization ?? (!network && model === 'photonet' ? 'he' : 'pytorch');

/**
 * Rejects settings that have no effect on the networks.
 * @throws ExplainedError of kind `usage`
 */
export function rejectUnusedSizes({ models, network, ...sizes }: NetworkSettings): void {
  for (const name of ['hiddenUnits', 'kernelSize', 'padding'] as const) {
    if (sizes[name] === undefined) continue;
    const users: readonly string[] = name === 'hiddenUnits' ? LAB_MODELS : ['tinyvgg'];
    if (!network && models.some((model) => users.includes(model))) continue;
    throw new ExplainedError({
      kind: 'usage',
      what: `cannot use ${flagOf(name)} with ${network ? '--network' : `--models ${models.join()}`}`,
      expected: `the model ${users.join(' or ')}`,
      next: network
        ? `Leave out ${flagOf(name)}, and write the sizes into the layers.`
        : `Leave out ${flagOf(name)}, or use --models tinyvgg.`,
    });
  }
}

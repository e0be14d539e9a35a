/**
 * @file The key of a training: the SHA-256 of everything that decides its result. It names the training's record and checkpoints in the
 * object store, so that the same training is found there and not repeated.
 */
import { sha256 } from '#shared/digest.ts';
import type { SourceRelease, Sources } from '../release/source.ts';
import { decisiveSettings } from '../run/decisive-settings.ts';
import type { Settings } from '../run/settings.ts';

/** Everything that decides the result of one training; a flat JSON object. */
export type TrainingInputs = Readonly<Record<string, unknown>>;

/**
 * Collects the inputs of one model's training.
 * @param dataset digest of each source, by its name
 * @param code digest of the trainer's sources
 * @param sources the releases that training uses
 */
export function trainingInputs(
  settings: Settings,
  model: string,
  dataset: Record<string, string>,
  code: string,
  sources: { [name in keyof Sources]?: Pick<SourceRelease, 'version'> | undefined } = {},
): TrainingInputs {
  const versions = Object.entries(sources).flatMap(([name, release]) =>
    release ? [[name, release.version]] : [],
  );
  // As a text: the key sorts the members of objects, but the order of the modules is that of the network.
  const network = settings.network && { network: JSON.stringify(settings.network) };
  return {
    model,
    ...decisiveSettings(settings),
    ...network,
    ...Object.fromEntries(versions),
    dataset,
    code,
  };
}

/** Computes the SHA-256 of the inputs as JSON with sorted keys. */
export function trainingKey(inputs: TrainingInputs): Promise<string> {
  return sha256(new TextEncoder().encode(JSON.stringify(sortKeys(inputs))));
}

function sortKeys(value: unknown): unknown {
  if (value === null || typeof value !== 'object' || Array.isArray(value)) return value;
  return Object.fromEntries(
    Object.entries(value)
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, inner]) => [key, sortKeys(inner)]),
  );
}

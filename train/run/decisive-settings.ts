/** @file The settings that decide the result of a training, for training keys and manifests, and what a run changed in its recipe. */
import { isDeepStrictEqual } from 'node:util';
import { type Settings, settingsOf, toOverrides } from './settings.ts';

/** Settings that do not change the result. `recipe` is here because its values are among the settings. */
const WITHOUT_EFFECT = [
  ...['recipe', 'models', 'allowSoftwareAdapter', 'threads', 'data', 'checkpointEvery'],
  // The paths: the versions of the releases are recorded.
  ...['weights', 'pretrained', 'teacher'],
];

/** Recorded elsewhere in a manifest: the engine, the network as ONNX, the digests of the photos. */
const ELSEWHERE = ['device', 'network', 'photos'];

/** Returns the settings that decide the result, by name. */
export const decisiveSettings = (settings: Settings): Record<string, unknown> =>
  without(toOverrides(settings), WITHOUT_EFFECT);

/**
 * Returns how a manifest records the settings: all that decide the result, and the names of those that differ from the recipe. A model
 * whose recipe was changed must not count as one of the recipe.
 */
export function recordedSettings(settings: Settings): {
  settings: Record<string, unknown>;
  changed: string[];
} {
  const own = decisiveSettings(settings);
  const recipe = decisiveSettings(settingsOf({ recipe: settings.name }, 'recipe'));
  const names = Object.keys({ ...recipe, ...own }).filter((name) => !['device', 'photos'].includes(name));
  return {
    settings: without(own, ELSEWHERE),
    changed: names.filter((name) => !isDeepStrictEqual(own[name], recipe[name])),
  };
}

const without = (values: object, names: readonly string[]): Record<string, unknown> =>
  Object.fromEntries(Object.entries(values).filter(([name]) => !names.includes(name)));

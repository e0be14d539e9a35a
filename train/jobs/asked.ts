/**
 * @file What one training is asked for: all that decides its result, and nothing else. Its digest, the training's key, names its
 * record and its checkpoints in the object store, so that whoever is asked for the same again finds what is there.
 */
import { sha256 } from '#shared/digest.ts';
import type { ModelName } from '../model/zoo.ts';
import { type Settings, toOverrides } from '../run/settings.ts';

/** A flat object of JSON's values. */
export type Asked = Readonly<Record<string, unknown>>;

/** Settings that change how a training is done, not what comes out; and the recipe's name, since its numbers are there. */
const UNDECISIVE = ['recipe', 'models', 'allowSoftwareAdapter', 'threads', 'data', 'checkpointEvery'];

/**
 * What `settings` ask for of one model.
 * @param dataset official file name → MD5
 * @param code digest of the code that trains
 */
export function askedOf(
  settings: Settings,
  model: ModelName,
  dataset: Record<string, string>,
  code: string,
): Asked {
  const decisive = Object.entries(toOverrides(settings)).filter(([name]) => !UNDECISIVE.includes(name));
  return { model, ...Object.fromEntries(decisive), dataset, code };
}

/** SHA-256 of the JSON, keys in the order of the alphabet. */
export function keyOf(asked: Asked): Promise<string> {
  return sha256(new TextEncoder().encode(JSON.stringify(ordered(asked))));
}

function ordered(value: unknown): unknown {
  if (value === null || typeof value !== 'object' || Array.isArray(value)) return value;
  return Object.fromEntries(
    Object.entries(value)
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, inner]) => [key, ordered(inner)]),
  );
}

/** @file The versions of a model in the store: what each one is, and which one a shortened version means. */
import { ExplainedError } from '#shared/errors.ts';
import { isVersion, Manifest, modelKey, parseStored } from '#shared/manifest.ts';
import { commandLine } from '../installation.ts';
import type { ObjectStore } from '../store/store.ts';

/** What a person wants to know of a version. */
export interface VersionFacts {
  version: string;
  /** When its manifest was uploaded; undefined if the store does not say. */
  uploadedAt: Date | undefined;
  /** The recipe, and how many of its settings were changed; undefined for a model of another program. */
  recipe: string | undefined;
  changed: number;
  /** Share of the test images; undefined for a model of another program. */
  testAccuracy: number | undefined;
  /** Whether it declines to answer for pictures of other things. */
  declines: boolean;
  /** Why the manifest cannot be read, such as one of a newer trainer. */
  problem?: string;
}

/** Manifests that are read at once. */
const PARALLEL = 16;

/** Reads what the versions of a model are, the last one that was uploaded first. */
export async function describeVersions(store: ObjectStore, name: string): Promise<VersionFacts[]> {
  const entries = (await store.entries(`models/${name}/`)).filter(({ key }) => isManifest(key));
  const facts: VersionFacts[] = [];
  for (let first = 0; first < entries.length; first += PARALLEL) {
    const some = entries.slice(first, first + PARALLEL);
    facts.push(...(await Promise.all(some.map(({ key, modified }) => readFacts(store, key, modified)))));
  }
  return facts.sort((a, b) => (b.uploadedAt?.getTime() ?? 0) - (a.uploadedAt?.getTime() ?? 0));
}

/** Reads what a version of a model is. A store that fails is the version's `problem`: what was asked of it before is done. */
export const describeVersion = (store: ObjectStore, name: string, version: string): Promise<VersionFacts> =>
  readFacts(store, modelKey(name, version, 'json')).catch((error: unknown) => unknownFacts(version, error));

async function readFacts(store: ObjectStore, key: string, uploadedAt?: Date): Promise<VersionFacts> {
  const version = versionOf(key);
  const object = await store.get(key);
  if (!object) return unknownFacts(version, 'it was deleted meanwhile', uploadedAt);
  try {
    const { training, metrics, none, leastScore } = parseStored(Manifest, key, object.bytes);
    return {
      ...{ version, uploadedAt, recipe: training?.recipe, changed: training?.changed?.length ?? 0 },
      testAccuracy: metrics?.testAccuracy,
      declines: none !== undefined || leastScore !== undefined,
    };
  } catch (error) {
    return unknownFacts(version, error, uploadedAt);
  }
}

/** Returns the facts of a version whose manifest cannot be read. */
const unknownFacts = (version: string, problem: unknown, uploadedAt?: Date): VersionFacts => ({
  ...{ version, uploadedAt, recipe: undefined, changed: 0, testAccuracy: undefined, declines: false },
  problem: problem instanceof Error ? problem.message : String(problem),
});

/** Fewer digits are rather a mistake than a version. */
const SHORTEST = 4;

/** Returns whether a text can be the first digits of a version. */
export const isBeginning = (text: string): boolean => /^[0-9a-f]*$/.test(text) && text.length >= SHORTEST;

/**
 * Returns the version that `text` begins.
 * @throws ExplainedError of kind `usage` when it begins none or several
 */
export async function resolveVersion(store: ObjectStore, name: string, text: string): Promise<string> {
  if (isVersion(text)) return text;
  const fail = (got: string): never => {
    throw new ExplainedError({
      kind: 'usage',
      what: `cannot find the version ${text} of ${name} in ${store.description}`,
      expected: `a version, or at least ${SHORTEST} of its first digits that no other version begins with`,
      got,
      next: `List the versions with ${commandLine('status')}.`,
    });
  };
  if (!isBeginning(text)) fail('another text');
  const versions = (await listVersions(store, name)).filter((version) => version.startsWith(text));
  if (versions.length !== 1) fail(versions.length === 0 ? 'none' : versions.join(', '));
  return versions[0];
}

/** Lists the versions of a model that have a manifest, sorted. */
export async function listVersions(store: ObjectStore, name: string): Promise<string[]> {
  return (await store.list(`models/${name}/`)).filter(isManifest).map(versionOf);
}

const isManifest = (key: string): boolean => key.endsWith('.json');

/** `models/tinyvgg/abc.json` → `abc` */
const versionOf = (key: string): string => key.slice(key.lastIndexOf('/') + 1, -'.json'.length);

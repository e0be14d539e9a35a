/**
 * @file The writing side of the registry (its format: shared/manifest.ts): push, promote, rollback, status.
 *
 * Weights are written first, the manifest after them, the alias last, and the alias only once the version was read back and verified.
 * Whoever is killed in between leaves objects that nothing names; the same command again completes the work.
 */

import { ExplainedError } from '#shared/errors.ts';
import { type Alias, DEFAULT_ALIAS, modelKey } from '#shared/manifest.ts';
import { withConditions } from '../store/conditional.ts';
import type { ObjectStore } from '../store/store.ts';
import { checkedAliasKey, type Move, moveAlias, movedMeanwhile, readAlias } from './alias.ts';
import { putImmutable, requireComplete } from './objects.ts';
import type { Release } from './release.ts';

export interface RegistryOptions {
  /** The alias to move; `stable` unless given. */
  alias?: string | undefined;
  /** Kept in the alias, for whoever reads it later. */
  reason?: string | undefined;
  /** Receives a line for each thing worth knowing. */
  log?: ((line: string) => void) | undefined;
}

/**
 * Uploads a release and promotes it. Pushing it again changes nothing.
 * @throws ExplainedError of kind `conflict` when an object of this version is there with other content, or the alias kept changing;
 *   `usage` for an alias that cannot be; `store` when the store fails
 */
export async function push(
  store: ObjectStore,
  release: Release,
  options: RegistryOptions = {},
): Promise<Move> {
  const { log = () => {}, alias = DEFAULT_ALIAS, reason = 'push' } = options;
  const { name, version } = release.manifest;
  const target = withConditions(store, log);
  // An alias that cannot be is refused before anything is written.
  checkedAliasKey(name, alias);

  await upload(target, release, log);
  return promote(target, name, version, { alias, reason, log });
}

/**
 * Writes a release's objects that are not there yet; no alias means it by that.
 * @throws ExplainedError of kind `conflict` when one of this version is there with other content
 */
export async function upload(
  store: ObjectStore,
  release: Release,
  log: (line: string) => void,
): Promise<void> {
  const target = withConditions(store, log);
  const { name, version } = release.manifest;
  for (const file of ['onnx', 'safetensors', 'json'] as const) {
    const key = modelKey(name, version, file);
    const written = await putImmutable(target, release, file);
    log(`${key}: ${written ? `${release.files[file].length} bytes written` : 'there already'}`);
  }
}

/**
 * Lets the alias mean `version`, after checking that the version is complete in the store.
 * @param seen what the alias was when this was decided, undefined for none: it is moved from there only
 * @throws ExplainedError of kind `model` when it is not; `conflict` when it means something else than `seen`; otherwise as `push`
 */
export async function promote(
  store: ObjectStore,
  name: string,
  version: string,
  { alias = DEFAULT_ALIAS, reason = 'promote', log = () => {} }: RegistryOptions = {},
  seen?: { version: string | undefined },
): Promise<Move> {
  const key = checkedAliasKey(name, alias);
  await requireComplete(store, name, version);
  return moveAlias(withConditions(store, log), key, (current) => {
    if (seen && current?.version !== seen.version && current?.version !== version) {
      throw movedMeanwhile(key, `${current?.version ?? 'none'} in place of ${seen.version ?? 'none'}`);
    }
    return {
      version,
      previous: current ? [current.version, ...current.previous] : [],
      withdrawn: current?.withdrawn.filter((other) => other !== version) ?? [],
      reason,
    };
  });
}

/**
 * Lets the alias mean what it meant before its last promotion. The version that is left goes from the history to what is withdrawn (its
 * objects stay), so a second rollback goes one further back; `promote` is the way forward again.
 * @throws ExplainedError of kind `model` when there is no previous version or it is not complete in the store; `conflict` when somebody
 *   else moved the alias meanwhile: what they promoted was not meant to be rolled back
 */
export async function rollback(
  store: ObjectStore,
  name: string,
  { alias = DEFAULT_ALIAS, reason, log = () => {} }: RegistryOptions = {},
): Promise<Move> {
  const key = checkedAliasKey(name, alias);
  const seen = (await readAlias(store, key)).current;
  const to = seen?.previous[0];
  if (!seen || !to) {
    throw new ExplainedError({
      kind: 'model',
      what: `cannot roll back ${alias} of ${name}`,
      expected: 'a previous version',
      got: seen ? `none before ${seen.version}` : 'no such alias',
      next: 'Promote the version that you want.',
    });
  }
  await requireComplete(store, name, to);
  return moveAlias(withConditions(store, log), key, (current) => {
    // `to` is there already when the answer to our own write was lost and the write tried again.
    if (current?.version !== seen.version && current?.version !== to) {
      throw movedMeanwhile(key, `${current?.version ?? 'none'} in place of ${seen.version}`);
    }
    return {
      version: to,
      previous: seen.previous.slice(1),
      withdrawn: [seen.version, ...seen.withdrawn],
      reason: reason ?? `rollback from ${seen.version}`,
    };
  });
}

export interface Status {
  /** Alias name → what it says. */
  aliases: Record<string, Alias>;
  /** Versions with a manifest, in the order of their digests. */
  versions: string[];
}

/** What the store holds of a model. */
export async function status(store: ObjectStore, name: string): Promise<Status> {
  const modelKeys = await store.list(`models/${name}/`);
  const aliases: Record<string, Alias> = {};
  for (const key of await store.list(`aliases/${name}/`)) {
    const { current } = await readAlias(store, key);
    if (current) aliases[basename(key)] = current;
  }
  return { aliases, versions: modelKeys.filter((key) => key.endsWith('.json')).map(basename) };
}

/** `models/tinyvgg/abc.json` → `abc` */
function basename(key: string): string {
  return key.slice(key.lastIndexOf('/') + 1, -'.json'.length);
}

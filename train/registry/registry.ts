/**
 * @file Writes to the registry: push, promote, rollback, status. shared/manifest.ts describes the format.
 *
 * A push writes the weights first, then the manifest, and the alias last. Before it changes the alias, it reads the version back and
 * verifies it. A process that is killed in between leaves objects that no alias points at; running the command again completes the work.
 */

import { ExplainedError } from '#shared/errors.ts';
import { type Alias, DEFAULT_ALIAS, modelKey } from '#shared/manifest.ts';
import { commandLine } from '../installation.ts';
import type { Release } from '../release/release.ts';
import { withConditions } from '../store/conditional.ts';
import type { ObjectStore } from '../store/store.ts';
import { aliasConflict, checkedAliasKey, type Move, moveAlias, readAlias } from './alias.ts';
import { putImmutable, readBack, requireComplete } from './objects.ts';
import { listVersions } from './versions.ts';

export interface RegistryOptions {
  /** The alias to change; `stable` by default. */
  alias?: string | undefined;
  /** Why it changes; stored in the alias. */
  reason?: string | undefined;
  /** Receives a line for each step, and warnings. */
  log?: ((line: string) => void) | undefined;
}

/**
 * Uploads a release and promotes it. Pushing the same release again changes nothing.
 * @throws ExplainedError of kind `conflict` when the store has another object under this version, or other processes keep changing the
 *   alias; `usage` for an invalid alias; `store` when the store fails or does not return what was uploaded
 */
export async function push(
  store: ObjectStore,
  release: Release,
  options: RegistryOptions = {},
): Promise<Move> {
  const { log = () => {}, alias = DEFAULT_ALIAS, reason = 'push' } = options;
  const { name, version } = release.manifest;
  const target = withConditions(store, log);
  // Rejects an invalid alias before anything is written.
  const key = checkedAliasKey(name, alias);

  await upload(target, release, log);
  return pointAt(target, key, version, reason);
}

/**
 * Pushes a release, unless the store has a `stable` alias for its model.
 * @returns the version that was pushed; undefined when the alias exists
 * @throws ExplainedError as `push`
 */
export async function pushIfEmpty(
  store: ObjectStore,
  release: Release,
  reason: string,
): Promise<string | undefined> {
  if (await store.get(checkedAliasKey(release.manifest.name, DEFAULT_ALIAS))) return undefined;
  return (await push(store, release, { reason })).version;
}

/**
 * Uploads the objects of a release that the store lacks, and reads the version back. It changes no alias.
 * @throws ExplainedError of kind `conflict` when the store has another object under this version; `store` when the store fails or does
 *   not return what was uploaded
 */
export async function upload(
  store: ObjectStore,
  release: Release,
  log: (line: string) => void,
): Promise<void> {
  const target = withConditions(store, log);
  const { name, version } = release.manifest;
  for (const file of ['onnx', 'safetensors', 'json'] as const) {
    const bytes = release.files[file];
    if (!bytes) continue;
    const written = await putImmutable(target, release.manifest, file, bytes);
    const outcome = written ? `uploaded ${bytes.length} bytes` : 'already in the store';
    log(`${modelKey(name, version, file)}: ${outcome}`);
  }
  await readBack(target, name, version);
}

/**
 * Points an alias at `version`, after it has verified that the version is complete in the store.
 * @param seen the version of the alias when the caller decided, undefined for no alias. The promotion fails if it has changed since.
 * @throws ExplainedError of kind `model` when the version is not complete; `conflict` when the alias has changed; otherwise as `push`
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
  return pointAt(withConditions(store, log), key, version, reason, seen);
}

/** Points the alias at `key` at a complete version. @param seen as in `promote` */
function pointAt(
  store: ObjectStore,
  key: string,
  version: string,
  reason: string,
  seen?: { version: string | undefined },
): Promise<Move> {
  return moveAlias(store, key, (current) => {
    if (seen && current?.version !== seen.version && current?.version !== version) {
      throw aliasConflict(key, seen.version ?? 'no alias', current?.version ?? 'no alias');
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
 * Points an alias at the version before its last promotion. The current version moves from the history to the withdrawn versions, and
 * its objects stay. A second rollback therefore goes one version further back. To go forward again, promote.
 * @throws ExplainedError of kind `model` when there is no previous version, or it is not complete in the store; `conflict` when another
 *   process changed the alias meanwhile, because the caller did not mean to roll that change back
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
      next: `List the versions with ${commandLine('status')}, then promote one.`,
    });
  }
  await requireComplete(store, name, to);
  return moveAlias(withConditions(store, log), key, (current) => {
    // The alias points at `to` already when the response to our own write was lost and the write was retried.
    if (current?.version !== seen.version && current?.version !== to) {
      throw aliasConflict(key, seen.version, current?.version ?? 'no alias');
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
  /** Aliases by name. */
  aliases: Record<string, Alias>;
  /** Versions that have a manifest, sorted. */
  versions: string[];
}

/** Lists the aliases and versions of a model in the store. */
export async function status(store: ObjectStore, name: string): Promise<Status> {
  const aliases: Record<string, Alias> = {};
  for (const key of await store.list(`aliases/${name}/`)) {
    const { current } = await readAlias(store, key);
    if (current) aliases[basename(key)] = current;
  }
  return { aliases, versions: await listVersions(store, name) };
}

/** `aliases/tinyvgg/stable.json` → `stable` */
function basename(key: string): string {
  return key.slice(key.lastIndexOf('/') + 1, -'.json'.length);
}

/** @file What the commands `push`, `promote`, `rollback` and `status` do. */
import { DEFAULT_ALIAS, type Manifest } from '#shared/manifest.ts';
import { percent } from '../../format.ts';
import { commandLine } from '../../installation.ts';
import type { Move } from '../../registry/alias.ts';
import { promote, push, rollback, status } from '../../registry/registry.ts';
import {
  describeVersion,
  describeVersions,
  resolveVersion,
  type VersionFacts,
} from '../../registry/versions.ts';
import { onnxFileOf, readRelease } from '../../release/release.ts';
import type { ObjectStore } from '../../store/store.ts';
import { describeForeign, type ForeignFlags, rejectDescription } from '../foreign-options.ts';
import { isBundled } from '../options.ts';
import { shortVersion, statusTable, versionText } from '../status-table.ts';
import { openStoreToChange, openTargetStore, type TargetFlags } from '../target-store.ts';

interface MoveFlags extends TargetFlags {
  alias: string;
  reason?: string;
}

interface PushFlags extends MoveFlags, ForeignFlags {
  model: string;
}

interface NamedFlags extends MoveFlags {
  name: string;
}

interface StatusFlags extends TargetFlags {
  name: string;
  json?: boolean;
}

export async function pushModel({ model, alias, reason, labels, ...flags }: PushFlags): Promise<void> {
  if (labels === undefined) rejectDescription(flags);
  const file = await onnxFileOf(model, '--model');
  const release = await (labels === undefined ? readRelease(file) : describeForeign(file, labels, flags));
  const store = openStoreToChange('push', flags);
  console.log(`Model: ${file}${isBundled(file) ? ', the bundled one. --model names another' : ''}`);
  if (labels !== undefined) printDescription(release.manifest);
  const { name } = release.manifest;
  const move = await push(store, release, { alias, reason, log: console.log });
  await printMove(store, { name, alias }, move);
  console.log(
    alias === DEFAULT_ALIAS
      ? `A Worker on this store looks for it every 30 seconds while it receives requests: POST /v1/models/${name}/classify`
      : `A Worker on this store serves it to requests that name the alias: POST /v1/models/${name}/classify?alias=${alias}`,
  );
}

export async function promoteVersion(
  version: string,
  { name, alias, reason, ...flags }: NamedFlags,
): Promise<void> {
  const store = openStoreToChange('promote', flags);
  const whole = await resolveVersion(store, name, version);
  const move = await promote(store, name, whole, { alias, reason, log: console.log });
  await printMove(store, { name, alias }, move);
}

export async function rollBackAlias({ name, alias, reason, ...flags }: NamedFlags): Promise<void> {
  const store = openStoreToChange('rollback', flags);
  const move = await rollback(store, name, { alias, reason, log: console.log });
  await printMove(store, { name, alias }, move);
}

export async function printStatus({ name, json, ...flags }: StatusFlags): Promise<void> {
  const store = openTargetStore(flags);
  const [found, releases] = [await status(store, name), await describeVersions(store, name)];
  if (json) console.log(JSON.stringify({ ...found, releases }, null, 2));
  else console.log(statusTable(name, store.description, found, releases));
}

/** Prints what was found in a model of another program, so that a wrong guess is seen. */
function printDescription({ name, input, output, labels, engine }: Manifest): void {
  const values = output.values ?? 'logits';
  console.log(
    `${name}: input ${input.name} [${input.shape.join(', ')}], output ${output.name} with ${labels.length} ${values}, runs on ${engine ?? 'this project’s kernels'}`,
  );
}

/** Points of test accuracy by which a version may be worse than the one before it without a warning. */
const TOLERATED_LOSS = 0.01;

/** Prints which version the alias pointed at and points at now, and warns if the new one does less. */
async function printMove(
  store: ObjectStore,
  { name, alias }: { name: string; alias: string },
  { version, from, moved }: Move,
): Promise<void> {
  console.log(`Version: ${version}`);
  const now = await describeVersion(store, name, version);
  if (!moved) {
    console.log(`${name}: ${alias}: already at ${versionText(now)}`);
    return;
  }
  const before = from === undefined ? undefined : await describeVersion(store, name, from);
  console.log(`${name}: ${alias}: ${before ? versionText(before) : 'none'} → ${versionText(now)}`);
  const losses = before ? lossesOf(before, now) : [];
  if (!before || losses.length === 0) return;
  for (const loss of losses) console.error(`Warning: ${loss}`);
  const undo = commandLine('promote', shortVersion(before.version));
  console.error(`To return to the version before, run ${undo} with the same store.`);
}

/** Returns what the version before was better at. */
function lossesOf(before: VersionFacts, now: VersionFacts): string[] {
  const losses: string[] = [];
  const [earlier, later] = [before.testAccuracy, now.testAccuracy];
  if (earlier !== undefined && later !== undefined && later < earlier - TOLERATED_LOSS)
    losses.push(`the test accuracy falls from ${percent(earlier)} to ${percent(later)}.`);
  if (before.declines && !now.declines)
    losses.push('the version before declined to answer for other pictures, this one always answers.');
  return losses;
}

/** @file The commands `push`, `promote`, `rollback` and `status`, which manage the releases in the object store. */
import type { Command } from 'commander';
import { DEFAULT_ALIAS, type Manifest } from '#shared/manifest.ts';
import type { Move } from '../../registry/alias.ts';
import { promote, push, rollback, status } from '../../registry/registry.ts';
import { describeVersions, resolveVersion } from '../../registry/versions.ts';
import { readRelease } from '../../release/release.ts';
import {
  describeForeign,
  type ForeignFlags,
  rejectDescription,
  withForeignOptions,
} from '../foreign-options.ts';
import { aliasOption, modelOption, nameOption, reasonOption } from '../options.ts';
import { statusTable } from '../status-table.ts';
import { openStoreToChange, openTargetStore, type TargetFlags, withStoreOptions } from '../target-store.ts';

interface MoveFlags extends TargetFlags {
  alias: string;
  reason?: string;
}

interface PushFlags extends MoveFlags, ForeignFlags {
  model: string;
}

export function addPush(program: Command): void {
  const command = program
    .command('push')
    .description('Upload a model and point the alias at it.')
    .addOption(modelOption())
    .addOption(aliasOption())
    .addOption(reasonOption());
  withStoreOptions(withForeignOptions(command)).action(
    async ({ model, alias, reason, labels, ...flags }: PushFlags) => {
      if (labels === undefined) rejectDescription(flags);
      const release = await (labels === undefined
        ? readRelease(model)
        : describeForeign(model, labels, flags));
      const store = openStoreToChange('push', flags);
      if (labels !== undefined) printDescription(release.manifest);
      const { name } = release.manifest;
      printMove(name, alias, await push(store, release, { alias, reason, log: console.log }));
      console.log(
        alias === DEFAULT_ALIAS
          ? `A Worker on this store looks for it every 30 seconds while it receives requests: POST /v1/models/${name}/classify`
          : `A Worker on this store serves it to requests that name the alias: POST /v1/models/${name}/classify?alias=${alias}`,
      );
    },
  );
}

export function addPromote(program: Command): void {
  withStoreOptions(program.command('promote'))
    .description('Point the alias at a version in the store.')
    .argument('<version>', 'SHA-256 of the ONNX file, or enough of its first digits')
    .addOption(nameOption())
    .addOption(aliasOption())
    .addOption(reasonOption())
    .action(async (version: string, { name, alias, reason, ...flags }: MoveFlags & { name: string }) => {
      const store = openStoreToChange('promote', flags);
      const whole = await resolveVersion(store, name, version);
      printMove(name, alias, await promote(store, name, whole, { alias, reason, log: console.log }));
    });
}

export function addRollback(program: Command): void {
  withStoreOptions(program.command('rollback'))
    .description('Point the alias back at its previous version.')
    .addOption(nameOption())
    .addOption(aliasOption())
    .addOption(reasonOption())
    .action(async ({ name, alias, reason, ...flags }: MoveFlags & { name: string }) => {
      const store = openStoreToChange('rollback', flags);
      printMove(name, alias, await rollback(store, name, { alias, reason, log: console.log }));
    });
}

export function addStatus(program: Command): void {
  withStoreOptions(program.command('status'))
    .description('Print the versions of a model, and the aliases that point at them.')
    .addOption(nameOption())
    .option('--json', 'print one JSON object')
    .action(async ({ name, json, ...flags }: TargetFlags & { name: string; json?: boolean }) => {
      const store = openTargetStore(flags);
      const [found, releases] = [await status(store, name), await describeVersions(store, name)];
      if (json) console.log(JSON.stringify({ ...found, releases }, null, 2));
      else console.log(statusTable(name, store.description, found, releases));
    });
}

/** Prints what was found in a model of another program, so that a wrong guess is seen. */
function printDescription({ name, input, output, labels, engine }: Manifest): void {
  const values = output.values ?? 'logits';
  console.log(
    `${name}: input ${input.name} [${input.shape.join(', ')}], output ${output.name} with ${labels.length} ${values}, runs on ${engine ?? 'this project’s kernels'}`,
  );
}

function printMove(name: string, alias: string, { version, from, moved }: Move): void {
  console.log(
    `${name}: ${moved ? `${alias}: ${from ?? 'none'} → ${version}` : `${alias}: already at ${version}`}`,
  );
}

/** @file The commands `push`, `promote`, `rollback` and `status`, which manage the releases in the object store. */
import type { Command } from 'commander';
import type { Move } from '../../registry/alias.ts';
import { promote, push, rollback, status } from '../../registry/registry.ts';
import { readRelease } from '../../release/release.ts';
import { aliasOption, modelOption, nameOption, reasonOption } from '../options.ts';
import { openTargetStore, type TargetFlags, withStoreOptions } from '../target-store.ts';

interface MoveFlags extends TargetFlags {
  alias: string;
  reason?: string;
}

export function addPush(program: Command): void {
  withStoreOptions(program.command('push'))
    .description('Upload a release and point the alias at it.')
    .addOption(modelOption())
    .addOption(aliasOption())
    .addOption(reasonOption())
    .action(async ({ model, alias, reason, ...flags }: MoveFlags & { model: string }) => {
      const release = await readRelease(model);
      const store = openTargetStore(flags);
      printMove(alias, await push(store, release, { alias, reason, log: console.log }));
    });
}

export function addPromote(program: Command): void {
  withStoreOptions(program.command('promote'))
    .description('Point the alias at a version in the store.')
    .argument('<version>', 'SHA-256 of the ONNX file')
    .addOption(nameOption())
    .addOption(aliasOption())
    .addOption(reasonOption())
    .action(async (version: string, { name, alias, reason, ...flags }: MoveFlags & { name: string }) => {
      const store = openTargetStore(flags);
      printMove(alias, await promote(store, name, version, { alias, reason, log: console.log }));
    });
}

export function addRollback(program: Command): void {
  withStoreOptions(program.command('rollback'))
    .description('Point the alias back at its previous version.')
    .addOption(nameOption())
    .addOption(aliasOption())
    .addOption(reasonOption())
    .action(async ({ name, alias, reason, ...flags }: MoveFlags & { name: string }) => {
      const store = openTargetStore(flags);
      printMove(alias, await rollback(store, name, { alias, reason, log: console.log }));
    });
}

export function addStatus(program: Command): void {
  withStoreOptions(program.command('status'))
    .description('Print the versions and aliases of a model as JSON.')
    .addOption(nameOption())
    .action(async ({ name, ...flags }: TargetFlags & { name: string }) => {
      console.log(JSON.stringify(await status(openTargetStore(flags), name), null, 2));
    });
}

function printMove(alias: string, { version, from, moved }: Move): void {
  console.log(moved ? `${alias}: ${from ?? 'none'} → ${version}` : `${alias}: already at ${version}`);
}

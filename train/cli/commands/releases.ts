/** @file The commands `push`, `promote`, `rollback` and `status`, which manage the releases in the object store. */
import type { Command } from 'commander';
import { withForeignOptions } from '../foreign-options.ts';
import { aliasOption, modelOption, nameOption, reasonOption } from '../options.ts';
import { withStoreOptions } from '../target-store.ts';

const actions = () => import('../actions/releases.ts');

export function addPush(program: Command): void {
  const command = program
    .command('push')
    .description('Upload a model and point the alias at it.')
    .addOption(modelOption())
    .addOption(aliasOption())
    .addOption(reasonOption());
  withStoreOptions(withForeignOptions(command)).action(async (flags) => (await actions()).pushModel(flags));
}

export function addPromote(program: Command): void {
  withStoreOptions(program.command('promote'))
    .description('Point the alias at a version in the store.')
    .argument('<version>', 'SHA-256 of the ONNX file, or enough of its first digits')
    .addOption(nameOption())
    .addOption(aliasOption())
    .addOption(reasonOption())
    .action(async (version, flags) => (await actions()).promoteVersion(version, flags));
}

export function addRollback(program: Command): void {
  withStoreOptions(program.command('rollback'))
    .description('Point the alias back at its previous version.')
    .addOption(nameOption())
    .addOption(aliasOption())
    .addOption(reasonOption())
    .action(async (flags) => (await actions()).rollBackAlias(flags));
}

export function addStatus(program: Command): void {
  withStoreOptions(program.command('status'))
    .description('Print the versions of a model, and the aliases that point at them.')
    .addOption(nameOption())
    .option('--json', 'print one JSON object')
    .action(async (flags) => (await actions()).printStatus(flags));
}

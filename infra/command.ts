/** @file Runs the command of a script: parses arguments, prints --help, reports errors and sets the exit code. */
import type { Command } from 'commander';
import { ExplainedError } from '#shared/errors.ts';

/** Runs the action of `command` with this process's arguments. Sets exit code 1 after an error. */
export async function runCommand(command: Command): Promise<void> {
  try {
    await command.showHelpAfterError('Run with --help for usage.').parseAsync();
  } catch (error) {
    console.error(error instanceof ExplainedError ? error.message : error);
    process.exitCode = 1;
  }
}

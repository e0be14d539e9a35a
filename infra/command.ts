/** @file Runs the command of a script: prints its --help, reports its errors, and sets the exit code. */
import type { Command } from 'commander';
import { ExplainedError } from '#shared/errors.ts';

/** Runs the action of `command` with the process's arguments. Exit code 1 after an error, also for invalid arguments. */
export async function runCommand(command: Command): Promise<void> {
  try {
    await command.showHelpAfterError('Run with --help for usage.').parseAsync();
  } catch (error) {
    console.error(error instanceof ExplainedError ? error.message : error);
    process.exitCode = 1;
  }
}

/** @file Runs the command of a script: parses arguments, prints --help, reports errors and sets the exit code. */
import type { Command } from 'commander';
import { ExplainedError } from '#shared/errors.ts';
import { rejectEmptyValues } from '../train/cli/empty-values.ts';
import { endProcess } from '../train/cli/ending.ts';
import { surviveLostOutput } from '../train/cli/output.ts';
import { rejectSwallowedOptions } from '../train/cli/swallowed-options.ts';

/** Runs the action of `command` with this process's arguments. Sets exit code 1 after an error. */
export async function runCommand(command: Command): Promise<void> {
  rejectEmptyValues(command);
  surviveLostOutput(1);
  try {
    rejectSwallowedOptions(command);
    await command.showHelpAfterError('Run with --help for usage.').parseAsync();
  } catch (error) {
    console.error(error instanceof ExplainedError ? error.message : error);
    process.exitCode = 1;
  }
  // A wrangler that does not stop is killed after five seconds.
  endProcess(10_000);
}

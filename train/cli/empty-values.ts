/** @file Rejects empty values on the command line, such as `--out "$FOLDER"` with an unset variable. */
import type { Command } from 'commander';

/** Makes a command, or each of its subcommands, reject empty arguments, options and environment variables by name. */
export function rejectEmptyValues(program: Command): void {
  program.hook('preAction', (_, command) => {
    const isEmpty = (value: unknown) => typeof value === 'string' && value.trim() === '';
    for (const [i, value] of command.processedArgs.entries()) {
      if ([value].flat().some(isEmpty))
        command.error(`error: the argument '${command.registeredArguments[i].name()}' is empty`);
    }
    for (const option of command.options) {
      const name = option.attributeName();
      if (![command.getOptionValue(name)].flat().some(isEmpty)) continue;
      const fromEnv = command.getOptionValueSource(name) === 'env';
      command.error(
        fromEnv
          ? `error: the environment variable ${option.envVar} is empty`
          : `error: the value of option '${option.flags}' is empty`,
      );
    }
  });
}

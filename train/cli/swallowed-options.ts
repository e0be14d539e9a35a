/**
 * @file Refuses a command line whose options npm has kept for itself. `npm run retrain --dry-run` without `--` runs `retrain` without the
 * option, so it would promote a model. npm passes what it kept as environment variables, such as `npm_config_dry_run=true`.
 *
 * `--local` is an option of npm that leaves no variable. Commands that change a store therefore need a store that is named (target-store.ts).
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Command, Option } from 'commander';
import { ExplainedError } from '#shared/errors.ts';
import { list } from '../format.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** An option that npm has kept. */
interface Swallowed {
  option: Option;
  /** The option's name, or its alias, that was typed. */
  name: string;
  /** As on the command line, such as `--epochs=1`; undefined when npm has kept the option and passed its value as an argument. */
  text: string | undefined;
}

/**
 * @param args arguments of this program
 * @throws ExplainedError of kind `usage`, with the right command line, when npm has kept an option that the command has
 */
export function rejectSwallowedOptions(
  program: Command,
  args: readonly string[] = process.argv.slice(2),
  env: Environment = process.env,
): void {
  if (env.npm_command === undefined) return;
  const command = commandOf(program, args);
  const swallowed = command.options.flatMap((option) => swallowedBy(option, args, env) ?? []);
  if (swallowed.length === 0) return;
  const names = swallowed.map(({ name }) => name);
  throw new ExplainedError({
    kind: 'usage',
    what: `npm kept ${list(names)} for itself, and this command did not get ${names.length === 1 ? 'it' : 'them'}`,
    expected: 'the options of the command after --',
    next: `Run ${rightLine(command, swallowed, args, env)}`,
  });
}

/** Returns the subcommand that the first arguments name. */
function commandOf(program: Command, args: readonly string[]): Command {
  let command = program;
  for (const arg of args) {
    const named = command.commands.find((one) => one.name() === arg);
    if (!named) break;
    command = named;
  }
  return command;
}

function swallowedBy(option: Option, args: readonly string[], env: Environment): Swallowed | undefined {
  // An alias such as --lr takes the place of the one-letter name.
  const names = [option.long, option.short].filter((name) => name?.startsWith('--'));
  for (const name of names as string[]) {
    if (args.some((arg) => arg === name || arg.startsWith(`${name}=`))) return undefined;
    const setting = name.replace(option.negate ? /^--no-/ : /^--/, '');
    const value = env[`npm_config_${setting.replaceAll('-', '_')}`];
    // npm sets an empty text for --no-….
    if (value === undefined || (value === '') !== option.negate || isInFile(setting, env)) continue;
    if (option.isBoolean() || option.negate || (option.optional && value === 'true'))
      return { option, name, text: name };
    return { option, name, text: value === 'true' ? undefined : `${name}=${quoted(value)}` };
  }
  return undefined;
}

/** Returns whether a file with npm's own settings has one of this name. Then npm sets the variable for every command. */
function isInFile(setting: string, env: Environment): boolean {
  const { npm_config_userconfig, npm_config_globalconfig, npm_config_local_prefix } = env;
  const own = npm_config_local_prefix && join(npm_config_local_prefix, '.npmrc');
  const line = new RegExp(`^\\s*${setting.replaceAll('-', '[-_]')}\\s*(=|$)`, 'm');
  return [npm_config_userconfig, npm_config_globalconfig, own].some((path) => {
    try {
      return path !== undefined && line.test(readFileSync(path, 'utf8'));
    } catch {
      return false;
    }
  });
}

/** Returns the command line that passes the options to the program. */
function rightLine(
  command: Command,
  swallowed: readonly Swallowed[],
  args: readonly string[],
  env: Environment,
): string {
  const own = args.slice(wordsOfScript(args, env.npm_lifecycle_script));
  const valueless = swallowed.filter(({ text }) => text === undefined);
  const takesNone = command.registeredArguments.length === 0;
  // `npm run train --epochs 1` passes 1 alone to a command that takes no arguments.
  const value = valueless.length === 1 && own.length === 1 && takesNone ? quoted(own[0]) : undefined;
  const rest = valueless.length > 0 && takesNone ? [] : own.map(quoted);
  const options = swallowed.map(
    ({ option, name, text }) => text ?? (value === undefined ? option.flags : `${name} ${value}`),
  );
  return [...startOf(env), ...rest, ...options].join(' ');
}

function startOf({ npm_command, npm_lifecycle_event: script }: Environment): string[] {
  if (npm_command === 'exec' || script === undefined) return ['npx', 'tinyvgg-train'];
  return [...(script === 'start' ? ['npm', 'start'] : ['npm', 'run', script]), '--'];
}

/** Returns how many of the first arguments are from the script in package.json. */
function wordsOfScript(args: readonly string[], script = ''): number {
  const words = script.split(/\s+/);
  for (let count = Math.min(args.length, words.length); count > 0; count--)
    if (args.slice(0, count).every((arg, i) => arg === words[words.length - count + i])) return count;
  return 0;
}

/** Quotes a text for a shell, if necessary. */
const quoted = (text: string): string =>
  /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`;

/** @file Hints for options and values that do not exist: what other programs call them, or what was misspelled. */
import type { Command } from 'commander';
import { flagOf } from '../format.ts';
import { similarName } from '../run/similar-name.ts';

/** Devices of other programs. */
const DEVICE_SYNONYMS: Readonly<Record<string, string>> = { cuda: 'webgpu', gpu: 'webgpu', mps: 'webgpu' };

/** Adds what was probably meant to the errors for an unknown option and for an unknown value, unless Commander has found it. */
export function hintUnknownOptions(command: Command): void {
  command.configureOutput({
    outputError(text, write) {
      const meant = meantOption(command, text) ?? meantValue(text);
      write(meant ? `${text}(Did you mean ${meant}?)\n` : text);
    },
  });
}

function meantOption(command: Command, text: string): string | undefined {
  const [, unknown] = /^error: unknown option '(--[^'=]+)[^']*'\n$/.exec(text) ?? [];
  const names = command.options.map((option) => option.attributeName());
  const similar = unknown && similarName(unknown, names);
  return similar && flagOf(similar);
}

function meantValue(text: string): string | undefined {
  const [, given, choices] = / argument '(.*)' is invalid\. Allowed choices are (.*)\.\n$/.exec(text) ?? [];
  if (given === undefined || choices === undefined) return undefined;
  const values = choices.split(', ');
  const device = DEVICE_SYNONYMS[given.toLowerCase()];
  return device !== undefined && values.includes(device) ? device : similarName(given, values);
}

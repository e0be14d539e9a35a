/** @file Hints for options that do not exist: what other programs call them, or what was misspelled. */
import type { Command } from 'commander';
import { flagOf } from '../format.ts';
import { similarName } from '../run/similar-name.ts';

/** Adds the option that was probably meant to the error for an unknown one, unless Commander has found one. */
export function hintUnknownOptions(command: Command): void {
  command.configureOutput({
    outputError(text, write) {
      const [, unknown] = /^error: unknown option '(--[^'=]+)[^']*'\n$/.exec(text) ?? [];
      const names = command.options.map((option) => option.attributeName());
      const similar = unknown && similarName(unknown, names);
      write(similar ? `${text}(Did you mean ${flagOf(similar)}?)\n` : text);
    },
  });
}

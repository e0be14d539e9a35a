/** @file How this program is installed: as a checkout, whose sources Node runs, or as the package tinyvgg-train (infra/packages). */
import { readFileSync } from 'node:fs';
import { join, relative } from 'node:path';

/** The root folder of the checkout or of the package. Both have the same tree. */
export const ROOT = join(import.meta.dirname, '..');

/** A package has JavaScript in place of the sources. */
export const IS_PACKAGE = !import.meta.filename.endsWith('.ts');

/** Returns the version of the checkout or of the package. */
export const version = (): string => JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')).version;

/** Returns how a person starts a command of the trainer here, for messages. */
export function commandLine(command: string, ...args: string[]): string {
  if (IS_PACKAGE) return ['npx tinyvgg-train', command, ...args].join(' ');
  return [`npm run ${command}`, ...(args.length > 0 ? ['--', ...args] : [])].join(' ');
}

/** Returns how a person installs optional packages here, for messages. In a checkout, `npm run` has a script for it. */
export const installCommand = (script: string, ...packages: string[]): string =>
  IS_PACKAGE ? `npm install ${packages.join(' ')}` : `npm ${script}`;

/** Returns the path of a file that comes with the program, relative to the current folder. */
export const bundledFile = (path: string): string => relative(process.cwd(), join(ROOT, path));

/** @file The packages as `npm run pack` builds them: their tarballs, their files, their examples and the versions of Node that they support. */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import packageJson from '../../package.json' with { type: 'json' };
import { addressOf } from '../support/shared-worker.ts';

export type PackageName = 'tinyvgg-edge' | 'tinyvgg-train';

export const { version } = packageJson;

/** Returns the folder with the folders and the tarballs of the packages, which test files share. */
export const packages = (): Promise<string> => addressOf('packages');

export const tarball = async (name: PackageName): Promise<string> =>
  join(await packages(), `${name}-${version}.tgz`);

/** Returns the TypeScript examples in the README of a package, as files. */
export async function readmeExamples(name: PackageName, folder = '.'): Promise<Record<string, string>> {
  const readme = await readFile(join(await packages(), name, 'README.md'), 'utf8');
  const examples = [...readme.matchAll(/```(tsx?)\n([\s\S]*?)```/g)];
  return Object.fromEntries(
    examples.map(([, language, code = ''], i) => [join(folder, `readme-${i}.${language}`), code]),
  );
}

/** Returns the paths of the files in a folder, relative to it. */
export async function filesIn(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name).slice(folder.length + 1))
    .toSorted();
}

/** The oldest Node that the packages support, and that of this process, the newest. */
export const NODES = ['Node 22', 'Node 24'] as const;

/** Returns the program of a Node. */
export const nodeOf = async (name: (typeof NODES)[number]): Promise<string> =>
  name === 'Node 24' ? process.execPath : addressOf('oldest-node');

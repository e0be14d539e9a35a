/** @file What both packages have in common: the form of a package, and the part of its package.json that the project's own says. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import project from '../../package.json' with { type: 'json' };
import { ROOT } from '../child-process.ts';

/** The files of a package by path. */
export type PackageFiles = Map<string, string | Uint8Array>;

export interface PackageOptions {
  /** Address of the repository for package.json. npm compares it with the workflow that publishes the package. */
  repository?: string;
}

/** The part of a package.json that differs between the packages. */
interface Manifest extends Record<string, unknown> {
  name: string;
  description: string;
  exports: Record<string, unknown>;
}

/** Returns the files that every package has: package.json, the licence and the README from this folder. */
export async function commonFiles(manifest: Manifest, { repository }: PackageOptions): Promise<PackageFiles> {
  const { name, description, ...rest } = manifest;
  const { version, license, type } = project;
  const complete = { name, version, description, license, ...(repository && { repository }), type, ...rest };
  const read = (path: string) => readFile(join(ROOT, path), 'utf8');
  return new Map([
    ['package.json', json(complete)],
    ['CHANGELOG.md', await read('CHANGELOG.md')],
    ['LICENSE', await read('LICENSE')],
    ['README.md', await readFile(join(import.meta.dirname, name, 'README.md'), 'utf8')],
  ]);
}

export const json = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`;

/** Returns the version of a dependency of the project. @throws Error when the project does not have it */
export function versionOf(name: string): string {
  const version = (project.dependencies as Record<string, string>)[name];
  if (version === undefined) throw new Error(`${name} is not among the dependencies of package.json`);
  return version;
}

/** Returns the part of a package.json that names packages which a project can install, or leave out. */
export const optionalPeers = (peerDependencies: Record<string, string>) => ({
  peerDependencies,
  peerDependenciesMeta: Object.fromEntries(
    Object.keys(peerDependencies).map((name) => [name, { optional: true }]),
  ),
});

/** @file The packages as `npm run pack` builds them, and projects that install them as their users do. */
import { cp, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { describe } from 'vitest';
import { lazy } from '#shared/lazy.ts';
import packageJson from '../../package.json' with { type: 'json' };
import { type Ended, expectSuccess, type RunOptions, run } from '../support/command.ts';
import { addressOf } from '../support/shared-worker.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

export type PackageName = 'tinyvgg-edge' | 'tinyvgg-train';

export const { version } = packageJson;

/** Returns the folder with the folders and the tarballs of the packages, which test files share. */
export const packages = (): Promise<string> => addressOf('packages');

export const tarball = async (name: PackageName): Promise<string> =>
  join(await packages(), `${name}-${version}.tgz`);

const isReachable = lazy(async () => (await run('npm', ['ping', '--fetch-retries=0'])).code === 0);

/** Declares a suite that installs packages. Without npm's registry it is skipped, and its name gives the reason. */
export async function describeWithRegistry(name: string, suite: () => void): Promise<void> {
  if (await isReachable()) describe(name, suite);
  else describe.skip(`${name} (skipped: npm cannot reach its registry)`, suite);
}

/** A folder outside the checkout with a package.json. */
export interface Project {
  folder: string;
  /** Runs a program that a package of the project has installed. */
  run(program: string, args?: readonly string[], options?: RunOptions): Promise<Ended>;
  write(files: Readonly<Record<string, string | Uint8Array>>): Promise<void>;
  /** Removes the folder. After the run, its many files would be removed synchronously. */
  remove(): Promise<void>;
}

/** The parts of a package.json that decide what is installed. */
type Wanted = Partial<Record<'dependencies' | 'devDependencies', Record<string, string>>>;

/**
 * Creates a project and installs its dependencies, without running any install script.
 * @param sources a folder whose files the project gets
 */
export async function createProject(wanted: Wanted, sources?: string): Promise<Project> {
  const folder = temporaryFolder();
  const project: Project = {
    folder,
    run: (program, args = [], options = {}) =>
      run(join(folder, 'node_modules/.bin', program), args, { cwd: folder, ...options }),
    async write(files) {
      for (const [path, content] of Object.entries(files)) {
        await mkdir(dirname(join(folder, path)), { recursive: true });
        await writeFile(join(folder, path), content);
      }
    },
    remove: () => rm(folder, { recursive: true, maxRetries: 3 }),
  };
  if (sources) await cp(sources, folder, { recursive: true });
  await project.write({ 'package.json': JSON.stringify({ private: true, type: 'module', ...wanted }) });
  const install = ['install', '--ignore-scripts', '--no-audit', '--no-fund', '--prefer-offline'];
  await expectSuccess(run('npm', install, { cwd: folder }));
  return project;
}

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

/** The oldest Node that the packages support, as a dependency of a project. This process has the newest. */
export const OLDEST_NODE = { [`node-${process.platform}-${process.arch}`]: '22' };

export const NODES = ['Node 22', 'Node 24'] as const;

/** Returns the program of a Node. The project must have `OLDEST_NODE`. */
export const nodeOf = ({ folder }: Project, name: (typeof NODES)[number]): string =>
  name === 'Node 24'
    ? process.execPath
    : join(folder, 'node_modules', Object.keys(OLDEST_NODE)[0] as string, 'bin/node');

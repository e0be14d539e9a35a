/** @file Projects outside the checkout that install packages from npm's registry, as their users do. */
import { cp, mkdir, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { describe } from 'vitest';
import { lazy } from '#shared/lazy.ts';
import { type Ended, expectSuccess, type RunOptions, run } from './command.ts';
import { temporaryFolder } from './temporary-folder.ts';

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
  if (Object.keys(wanted).length === 0) return project;
  const install = ['install', '--ignore-scripts', '--no-audit', '--no-fund', '--prefer-offline'];
  await expectSuccess(run('npm', install, { cwd: folder }));
  return project;
}

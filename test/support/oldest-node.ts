/** @file The oldest Node that the packages support, which test files share. browser/shared-servers.ts installs it when a test first asks for it. */
import { join } from 'node:path';
import { createProject } from './npm-project.ts';

const NAME = `node-${process.platform}-${process.arch}`;

/** Installs it from npm's registry, which takes seven seconds of CPU time. @returns the path of its program */
export async function installOldestNode(): Promise<{ address: string; stop(): Promise<void> }> {
  const project = await createProject({ devDependencies: { [NAME]: '22' } });
  return { address: join(project.folder, 'node_modules', NAME, 'bin/node'), stop: () => project.remove() };
}

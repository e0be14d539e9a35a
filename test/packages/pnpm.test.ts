/**
 * @file Both packages installed by pnpm, which lets a package see only what it names in its package.json.
 * @module-tag slow
 */
import { join } from 'node:path';
import { beforeAll, expect, it } from 'vitest';
import { expectSuccess, type RunOptions, run } from '../support/command.ts';
import { createProject, describeWithRegistry, type Project } from '../support/npm-project.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { tarball } from './packages.ts';

await describeWithRegistry('the packages, installed by pnpm', () => {
  let project: Project;
  let pnpm: Project;

  /** Runs pnpm in the project. */
  const runPnpm = (args: readonly string[], options: RunOptions = {}) =>
    expectSuccess(pnpm.run('pnpm', args, { cwd: project.folder, ...options }));

  beforeAll(async () => {
    pnpm = await createProject({ devDependencies: { pnpm: '10' } });
    project = await createProject({});
    const dependencies = {
      'tinyvgg-edge': `file:${await tarball('tinyvgg-edge')}`,
      'tinyvgg-train': `file:${await tarball('tinyvgg-train')}`,
      ...{ '@types/react': '19', typescript: '7' },
    };
    await project.write({
      'package.json': JSON.stringify({ private: true, type: 'module', dependencies }),
      'page.tsx': `import 'tinyvgg-edge/react';
import { createClient } from 'tinyvgg-edge/client';
import { type Network, train } from 'tinyvgg-train';
export const field = <image-classifier name="kind" mode="local" onresult={({ detail }) => detail.predictions} />;
export const { v1 } = createClient('https://example.com');
export type Trained = Awaited<ReturnType<typeof train>> & Network;
`,
    });
    await runPnpm(['install', '--ignore-scripts', '--no-frozen-lockfile', '--prefer-offline']);
    return () => Promise.all([project.remove(), pnpm.remove()]);
  });

  it('have all types', async () => {
    const options = '--strict --skipLibCheck false --noEmit --jsx react-jsx --types  --module nodenext'.split(
      ' ',
    );
    await runPnpm(['exec', 'tsc', ...options, 'page.tsx']);
  });

  it('find their modules and their dependencies', async () => {
    const env = { PATH: process.env.PATH, HOME: temporaryFolder() };
    const { stdout } = await runPnpm(
      ['exec', 'tinyvgg-train', 'classify', join(process.cwd(), 'examples/trouser.png')],
      { env },
    );
    expect(stdout).toContain('Trouser');
    const script = "console.log((await import('tinyvgg-edge/field')).ImageClassifier.formAssociated)";
    const ended = run(process.execPath, ['--input-type=module', '--eval', script], { cwd: project.folder });
    expect((await expectSuccess(ended)).stdout).toBe('true\n');
  });
});

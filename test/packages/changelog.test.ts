/**
 * @file How the version and the changelog are made for a release.
 * @module-tag slow
 */
import { cp, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { expectSuccess, run, runNode } from '../support/command.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { version } from './packages.ts';

it('a note about a change becomes the next version and an entry of the changelog', async () => {
  const folder = temporaryFolder();
  for (const path of ['package.json', 'CHANGELOG.md', '.changeset']) {
    await cp(path, join(folder, path), { recursive: true });
  }
  await writeFile(
    join(folder, '.changeset/note.md'),
    '---\n"tinyvgg-edge": minor\n---\n\nThe field speaks Italian.\n',
  );
  const git = (...args: string[]) =>
    expectSuccess(
      run('git', ['-c', 'user.name=test', '-c', 'user.email=test@example.com', ...args], { cwd: folder }),
    );
  await git('init', '--quiet', '--initial-branch', 'main');
  await git('add', '.');
  await git('commit', '--quiet', '--message', 'Add a note');
  const changesets = join(process.cwd(), 'node_modules/@changesets/cli/bin.js');
  await expectSuccess(runNode([changesets, 'version'], { cwd: folder }));
  const read = (path: string) => readFile(join(folder, path), 'utf8');
  const { version: next } = JSON.parse(await read('package.json'));
  expect(next).not.toBe(version);
  const [heading, entry, ...earlier] = (await read('CHANGELOG.md')).split(/^## /m);
  expect(heading).toBe('# tinyvgg-edge\n\n');
  expect(entry).toMatch(new RegExp(`^${next}\n[^]*The field speaks Italian\\.`));
  expect(earlier[0]).toMatch(new RegExp(`^${version}\n`));
});

/** @file Which code is running, for the records. */
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { promisify } from 'node:util';

/**
 * Commit of this checkout, with `-dirty` when tracked files were changed. Outside a git checkout `GIT_COMMIT`, by which an image says
 * what it was built from (infra/train.Dockerfile), else null.
 */
export async function gitCommit(): Promise<string | null> {
  const git = async (...args: string[]) => {
    const { stdout } = await promisify(execFile)('git', args, { cwd: import.meta.dirname });
    return stdout.trim();
  };
  try {
    const changes = await git('status', '--porcelain', '--untracked-files=no');
    return `${await git('rev-parse', 'HEAD')}${changes ? '-dirty' : ''}`;
  } catch {
    return process.env.GIT_COMMIT || null;
  }
}

/**
 * SHA-256 of the code that decides what a training ends with: the sources in `train` and `shared`, and the versions of what they depend on.
 * A commit that changes nothing of these is the same code, and an image without git has it, too.
 */
export async function codeDigest(): Promise<string> {
  const root = join(import.meta.dirname, '../..');
  const digest = createHash('sha256');
  for (const folder of ['shared', 'train']) {
    const entries = await readdir(join(root, folder), { recursive: true, withFileTypes: true });
    const paths = entries
      .filter((entry) => entry.isFile() && /\.ts$|^asconfig\.json$/.test(entry.name))
      .map(({ parentPath, name }) => relative(root, join(parentPath, name)))
      .filter((path) => !path.includes('/build/'));
    for (const path of paths.toSorted()) {
      digest.update(`${path}\0`).update(await readFile(join(root, path)));
    }
  }
  const { dependencies } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8'));
  return digest.update(JSON.stringify(dependencies)).digest('hex');
}

/** @file Identifies the code that runs, for manifests, summaries and training keys. */
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { promisify } from 'node:util';

/** The repository's root folder. */
const ROOT = join(import.meta.dirname, '../..');

/**
 * Returns the commit of this checkout, with `-dirty` when tracked files have changes. Outside a git checkout it returns `GIT_COMMIT`,
 * which infra/train.Dockerfile sets in an image; null when that is not set.
 */
export async function gitCommit(): Promise<string | null> {
  const git = async (...args: string[]) => {
    const { stdout } = await promisify(execFile)('git', args, { cwd: ROOT });
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
 * Computes the SHA-256 of the code that decides a training's result: the sources in `train` and `shared`, and the versions of the
 * dependencies. A commit that changes none of these keeps the digest. An image without git computes the same digest.
 */
export async function codeDigest(): Promise<string> {
  const digest = createHash('sha256');
  for (const path of await codeFiles()) {
    digest.update(`${path}\0`).update(await readFile(join(ROOT, path)));
  }
  const { dependencies } = JSON.parse(await readFile(join(ROOT, 'package.json'), 'utf8'));
  return digest.update(JSON.stringify(dependencies)).digest('hex');
}

/** Lists the source files in `shared` and `train`, relative to the root. Build outputs are not among them. */
export async function codeFiles(): Promise<string[]> {
  const files: string[] = [];
  for (const folder of ['shared', 'train']) {
    const entries = await readdir(join(ROOT, folder), { recursive: true, withFileTypes: true });
    const paths = entries
      .filter((entry) => entry.isFile() && /\.ts$|^asconfig\.json$/.test(entry.name))
      .map(({ parentPath, name }) => relative(ROOT, join(parentPath, name)))
      .filter((path) => !path.includes('/build/'));
    files.push(...paths.toSorted());
  }
  return files;
}

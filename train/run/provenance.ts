/** @file Identifies the code that runs, for manifests, summaries and training keys. */
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { promisify } from 'node:util';
import { IS_PACKAGE, ROOT } from '../installation.ts';

/** What the build of a package records, because a package has no sources and no history (infra/packages/train.ts). */
const RECORD = 'provenance.json';

/**
 * Returns the commit of this checkout, with `-dirty` when tracked files have changes. Outside a git checkout it returns `GIT_COMMIT`,
 * which infra/train.Dockerfile sets in an image; null when that is not set. In a package it returns the commit that the package was built
 * from: the folder can be inside a checkout of another project.
 */
export async function gitCommit(): Promise<string | null> {
  if (IS_PACKAGE) return (await readRecord()).commit;
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
 * dependencies. A commit that changes none of these keeps the digest. An image without git computes the same digest, and a
 * package has recorded it.
 */
export async function codeDigest(): Promise<string> {
  if (IS_PACKAGE) return (await readRecord()).code;
  const digest = createHash('sha256');
  for (const path of await codeFiles()) {
    digest.update(`${path}\0`).update(await readFile(join(ROOT, path)));
  }
  const { dependencies } = JSON.parse(await readFile(join(ROOT, 'package.json'), 'utf8'));
  return digest.update(JSON.stringify(dependencies)).digest('hex');
}

const readRecord = async (): Promise<{ commit: string | null; code: string }> =>
  JSON.parse(await readFile(join(ROOT, RECORD), 'utf8'));

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

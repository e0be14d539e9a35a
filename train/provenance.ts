/** @file Which code is running, for the records. */
import { execFile } from 'node:child_process';
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

/** @file The commit and the digest of the code. */
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { codeDigest, codeFiles, gitCommit } from '../../../train/run/provenance.ts';

afterEach(() => void vi.unstubAllEnvs());

describe('gitCommit', () => {
  it('returns the commit of the checkout, whatever GIT_COMMIT contains', async () => {
    vi.stubEnv('GIT_COMMIT', 'b'.repeat(40));
    expect(await gitCommit()).toMatch(/^(?!b{40})[0-9a-f]{40}(-dirty)?$/);
  });

  it('returns GIT_COMMIT without git, as in an image', async () => {
    vi.stubEnv('PATH', '');
    vi.stubEnv('GIT_COMMIT', 'b'.repeat(40));
    expect(await gitCommit()).toBe('b'.repeat(40));
  });

  it('returns null without git and GIT_COMMIT', async () => {
    vi.stubEnv('PATH', '');
    vi.stubEnv('GIT_COMMIT', '');
    expect(await gitCommit()).toBeNull();
  });
});

describe('codeFiles', () => {
  it('lists the sources in shared and train, and nothing else', async () => {
    const options = ['ls-files', '--cached', '--others', '--exclude-standard', 'shared', 'train'];
    const sources = execFileSync('git', options, { encoding: 'utf8' })
      .split('\n')
      .filter((path) => /\.ts$|(^|\/)asconfig\.json$/.test(path) && existsSync(path));
    const files = await codeFiles();
    expect(files.toSorted()).toEqual(sources.toSorted());
    expect(files).toContain('train/run/provenance.ts');
    expect(files.some((path) => path.startsWith('shared/kernels/assembly/'))).toBe(true);
  });
});

describe('codeDigest', () => {
  it('is a SHA-256, and the same each time', async () => {
    const digest = await codeDigest();
    expect(digest).toMatch(/^[0-9a-f]{64}$/);
    expect(await codeDigest()).toBe(digest);
  });
});

import { afterEach, expect, it, vi } from 'vitest';
import { gitCommit } from '../../../train/run/provenance.ts';

afterEach(() => void vi.unstubAllEnvs());

it('asks git in a checkout, whatever the environment says', async () => {
  vi.stubEnv('GIT_COMMIT', 'b'.repeat(40));
  expect(await gitCommit()).toMatch(/^(?!b{40})[0-9a-f]{40}(-dirty)?$/);
});

it('believes GIT_COMMIT where there is no git, as in an image', async () => {
  vi.stubEnv('PATH', '');
  vi.stubEnv('GIT_COMMIT', 'b'.repeat(40));
  expect(await gitCommit()).toBe('b'.repeat(40));
});

it('knows no commit where nobody says one', async () => {
  vi.stubEnv('PATH', '');
  vi.stubEnv('GIT_COMMIT', '');
  expect(await gitCommit()).toBeNull();
});

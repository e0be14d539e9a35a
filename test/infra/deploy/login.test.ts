/**
 * @file The commands that deploy, on a machine without a login at Cloudflare.
 * @module-tag slow
 */
import { expect, test } from 'vitest';
import { BARE, runNode } from '../../support/command.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

test.each([
  ['deploy.ts'],
  ['preview.ts', 'pr-12'],
  ['key.ts', 'create', 'alice'],
  ['key.ts', 'list'],
  ['key.ts', 'revoke', 'alice'],
])('%s reports in one line how to log in, and does nothing', async (script, ...args) => {
  // A new home folder has no login, and this environment no token.
  const env = { ...BARE, HOME: temporaryFolder() };
  const { code, output } = await runNode([`infra/deploy/${script}`, ...args], { env });
  expect(output).toBe(
    'not logged in to Cloudflare. Run npx wrangler login, or set CLOUDFLARE_API_TOKEN (docs/deploy.md).\n',
  );
  expect(code).toBe(1);
});

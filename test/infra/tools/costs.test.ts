import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { expectSuccess, runNode } from '../../support/command.ts';

it('npm run costs prints the table of docs/deploy.md', async () => {
  const { stdout } = await expectSuccess(runNode(['infra/tools/costs.ts']));
  expect(readFileSync('docs/deploy.md', 'utf8')).toContain(stdout);
});

/** @file `npm run deploy`: builds the pages and replaces all three Workers at once. `npm run rollout` deploys step by step. */
import { Command } from 'commander';
import { ROOT, WRANGLER } from '../child-process.ts';
import { runCommand } from '../command.ts';
import { requireLogin } from './cloudflare/login.ts';
import { API, CALLED } from './cloudflare/workers.ts';
import { runVisibly } from './cloudflare/wrangler.ts';

const HELP = `
Environment:
  CLOUDFLARE_API_TOKEN   a token with the permissions in docs/deploy.md; without it, log in with npx wrangler login
  CLOUDFLARE_ACCOUNT_ID  the account to deploy to, if the token or the login has several

Exit code 0 when all three Workers are deployed, otherwise 1.`;

async function main(): Promise<void> {
  await requireLogin();
  await runVisibly([`${ROOT}web/site/build.ts`]);
  await runVisibly([`${ROOT}infra/deploy/pin-assets.ts`]);
  // The API's Worker comes last, because it calls the other two.
  for (const { config } of [...CALLED, API]) await runVisibly([WRANGLER, 'deploy', '-c', config]);
}

await runCommand(
  new Command('npm run deploy')
    .description(
      'Builds the pages and replaces all three Workers at once. npm run rollout deploys step by step.',
    )
    .addHelpText('after', HELP)
    .action(main),
);

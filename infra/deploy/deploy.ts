/**
 * @file `npm run deploy`: makes what the Workers need, builds the pages and replaces all three Workers at once. `npm run rollout` deploys step
 * by step.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Command, Option } from 'commander';
import { ROOT, WRANGLER } from '../child-process.ts';
import { runCommand } from '../command.ts';
import { openAccount } from './cloudflare/account.ts';
import { r2Store } from './cloudflare/r2.ts';
import { deploymentOf, ENVIRONMENTS, type Environment, wranglerTarget } from './cloudflare/workers.ts';
import { runVisibly } from './cloudflare/wrangler.ts';
import { withPages } from './pages.ts';
import { pinAssets } from './pin-assets.ts';
import { ensureBuckets, ensureModel, requireSameBucket } from './prepare.ts';

const HELP = `
Creates the buckets, pushes the bundled model if the bucket has none, and makes the public key of the home page, all unless they exist.

Environment:
  CLOUDFLARE_API_TOKEN   a token with the permissions in docs/deploy.md; without it, log in with npx wrangler login
  CLOUDFLARE_ACCOUNT_ID  the account to deploy to, if the token or the login has several

Examples:
  npm run deploy
  npm run deploy -- --env staging

Exit code 0 when all three Workers are deployed, otherwise 1.`;

async function main({ env }: { env: Environment }): Promise<void> {
  const deployment = deploymentOf(env);
  requireSameBucket(deployment);
  const account = await openAccount();
  const { buckets, called, api } = deployment;
  await ensureBuckets(account, deployment, console.log);
  await ensureModel(account, deployment, console.log);
  const site = await mkdtemp(join(tmpdir(), 'tinyvgg-pages-'));
  try {
    await runVisibly([`${ROOT}web/site/build.ts`, '--out', site]);
    await pinAssets(r2Store(account, buckets.models), site);
    console.log(`The field’s files are in the bucket ${buckets.models}.`);
    const deploy = (args: string[]) => runVisibly([WRANGLER, 'deploy', ...args]);
    // The API's Worker comes last, because it calls the other two.
    for (const worker of called) await deploy(wranglerTarget(worker, env));
    const deployApi = (assets: string) => deploy([...wranglerTarget(api, env), '--assets', assets]);
    await withPages(account, deployment, console.log, deployApi, site);
  } finally {
    await rm(site, { recursive: true });
  }
  const option = env === 'production' ? '' : ` --env ${env}`;
  console.log(`\nDeployed. An API key for a program: npm run key -- create <name>${option}`);
}

await runCommand(
  new Command('npm run deploy')
    .description(
      'Builds the pages and replaces all three Workers at once. npm run rollout deploys step by step.',
    )
    .addOption(
      new Option('--env <environment>', 'what to deploy').choices(ENVIRONMENTS).default('production'),
    )
    .addHelpText('after', HELP)
    .action(main),
);

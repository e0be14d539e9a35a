/** @file `npm run preview`: uploads a version of the API's Worker without traffic and tests it at its own URL. */
import { appendFileSync } from 'node:fs';
import { Command } from 'commander';
import { ExplainedError } from '#shared/errors.ts';
import { runCommand } from '../command.ts';
import { shutdownController } from '../shutdown.ts';
import { type Account, openAccount } from './cloudflare/account.ts';
import { openCloudflare } from './cloudflare/api.ts';
import { deploymentOf, wranglerTarget } from './cloudflare/workers.ts';
import { runWrangler } from './cloudflare/wrangler.ts';
import { withPages } from './pages.ts';
import { smokeTest } from './smoke/smoke-test.ts';

const HELP = `
The version belongs to staging: it has the buckets, the keys, the secrets and the other two Workers of staging, and nothing of production.
Deploy staging once before: npm run deploy -- --env staging

Environment:
  CLOUDFLARE_API_TOKEN   a token with the permissions in docs/deploy.md
  CLOUDFLARE_ACCOUNT_ID  the account to upload to
  SMOKE_KEY              an API key of staging, if classification requires one
  GITHUB_STEP_SUMMARY    a file to which the preview URL is appended

Examples:
  npm run preview -- pr-12
  npm run preview -- my-branch

Exit code 0 when the version passes the smoke test, otherwise 1.`;

const STAGING = deploymentOf('staging');

/** @throws ExplainedError of kind `usage` when staging was never deployed */
async function requireDeployed({ id, token }: Account): Promise<void> {
  const env = { ...process.env, CLOUDFLARE_ACCOUNT_ID: id, CLOUDFLARE_API_TOKEN: token };
  if (await openCloudflare(env).traffic(STAGING.api.name)) return;
  throw new ExplainedError({
    kind: 'usage',
    what: 'cannot upload a preview',
    expected: `the Worker ${STAGING.api.name}, whose versions previews are`,
    got: 'none',
    next: 'Run npm run deploy -- --env staging once.',
  });
}

async function main(alias: string): Promise<void> {
  if (!/^[a-z][a-z0-9-]{0,39}$/.test(alias)) {
    throw new ExplainedError({
      kind: 'usage',
      what: 'invalid alias',
      expected: 'at most 40 lower-case letters, digits and hyphens, such as pr-12',
      got: alias,
    });
  }
  const account = await openAccount();
  const { signal } = shutdownController();
  await requireDeployed(account);
  const events = await withPages(account, STAGING, console.log, (assets) => {
    const target = wranglerTarget(STAGING.api, STAGING.environment);
    return runWrangler(
      ['versions', 'upload', ...target, '--assets', assets, '--preview-alias', alias],
      signal,
    );
  });
  const { version_id: version, preview_alias_url: url } =
    events.find(({ type }) => type === 'version-upload') ?? {};
  if (!version || !url) {
    throw new ExplainedError({
      kind: 'usage',
      what: `cannot preview version ${version}`,
      expected: `a URL for ${alias}`,
      got: 'none',
      next: `Enable preview URLs: dash.cloudflare.com, Workers & Pages, ${STAGING.api.name}, Settings, Domains & Routes`,
    });
  }
  const summary = process.env.GITHUB_STEP_SUMMARY;
  if (summary) appendFileSync(summary, `${url} is version ${version}\n`);
  console.log(`${url} is version ${version}`);
  await smokeTest({ origin: url, version, key: process.env.SMOKE_KEY, signal }, (line) =>
    console.log(`ok  ${line}`),
  );
}

await runCommand(
  new Command('npm run preview --')
    .description('Uploads a version of the API’s Worker without traffic and tests it at its own URL.')
    .argument('<alias>', 'name for the preview URL, such as pr-12')
    .addHelpText('after', HELP)
    .action(main),
);

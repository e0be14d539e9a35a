/** @file `npm run rollout`: deploys the three Workers step by step, and rolls them back after a failure. */
import { execFileSync } from 'node:child_process';
import { Command, Option } from 'commander';
import { ExplainedError } from '#shared/errors.ts';
import { parseOrigin } from '../../edge/access/origins.ts';
import { runCommand } from '../command.ts';
import { shutdownController } from '../shutdown.ts';
import { openAccount } from './cloudflare/account.ts';
import { openCloudflare } from './cloudflare/api.ts';
import { API, CALLED } from './cloudflare/workers.ts';
import type { Outcome } from './rollout/options.ts';
import { PERCENTAGES, rollOut, WATCH_SECONDS } from './rollout/steps.ts';

const HELP = `
Environment:
  CLOUDFLARE_API_TOKEN   a token with the permissions in docs/deploy.md
  CLOUDFLARE_ACCOUNT_ID  the account to deploy to
  SMOKE_KEY              an API key, if classification requires one

Examples:
  npm run rollout -- --origin https://api.example.com --dry-run
  npm run rollout -- --origin https://api.example.com
  npm run rollout -- --origin https://api.example.com --watch 60

Exit codes:
  0  the new version is deployed
  1  nothing was changed
  2  the new version was rolled back
  3  not rolled back automatically: the last lines show what is deployed and the command to run`;

const EXIT_CODES: Record<Outcome, number> = { deployed: 0, unchanged: 1, 'rolled-back': 2, unresolved: 3 };
const SUMMARIES: Record<Outcome, string> = {
  deployed: 'Deployed.',
  unchanged: 'Nothing was changed.',
  'rolled-back': 'Rolled back.',
  unresolved: 'NOT rolled back automatically; see above.',
};

interface Flags {
  origin?: string;
  watch: string;
  dryRun?: boolean;
}

async function main({ origin: originText = '', watch, dryRun }: Flags): Promise<void> {
  const origin = required(
    parseOrigin(originText),
    'ORIGIN',
    'an origin such as https://api.example',
    originText,
  );
  const seconds = /^\d{1,5}$/.test(watch) ? Number(watch) : undefined;
  const watchSeconds = required(seconds, '--watch', 'whole seconds', watch);
  if (dryRun) {
    console.log(plan(origin, watchSeconds));
    return;
  }
  const cloudflare = openCloudflare();
  const outcome = await rollOut({
    cloudflare,
    account: await openAccount(),
    origin,
    key: process.env.SMOKE_KEY,
    watchSeconds,
    tag: commit(),
    signal: shutdownController().signal,
    log: console.log,
  });
  console.log(SUMMARIES[outcome]);
  process.exitCode = EXIT_CODES[outcome];
}

function required<T>(value: T | undefined, what: string, expected: string, got: string): T {
  if (value !== undefined) return value;
  throw new ExplainedError({ kind: 'usage', what: `invalid ${what}`, expected, got: got || 'nothing' });
}

function plan(origin: string, watchSeconds: number): string {
  const called = CALLED.map(({ name }) => name).join(' and ');
  return [
    '1. buckets, created if they are missing, and pinned assets in them',
    `2. ${API.name}: a new version, at 0 % beside the current one`,
    `3. ${called}: new versions, in one step`,
    `4. smoke test of the new version at ${origin}`,
    ...PERCENTAGES.map(
      (percentage, i) =>
        `${i + 5}. ${percentage} %: ${watchSeconds} s of smoke tests, then the count of failed requests`,
    ),
    'Any failure, Ctrl-C or SIGTERM rolls all three Workers back to their current versions.',
  ].join('\n');
}

/** Returns the short hash of the commit, which `wrangler versions list` shows as the tag; undefined outside a checkout. */
function commit(): string | undefined {
  try {
    return execFileSync('git', ['rev-parse', '--short', 'HEAD'], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    }).trim();
  } catch {
    return undefined;
  }
}

await runCommand(
  new Command('npm run rollout --')
    .description('Deploys the three Workers step by step, and rolls them back after a failure.')
    .addOption(new Option('--origin <origin>', 'origin of the API’s Worker').env('ORIGIN'))
    .option('--watch <seconds>', 'seconds to watch each step', String(WATCH_SECONDS))
    .option('--dry-run', 'print the steps and change nothing')
    .addHelpText('after', HELP)
    .action(main),
);

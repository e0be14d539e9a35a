/**
 * @file `npm run rollout`: the three Workers, deployed step by step, and taken back by themselves when something is wrong.
 *
 *     npm run rollout -- --origin ORIGIN [--watch SECONDS] [--dry-run]
 *
 * | environment             | meaning                                                            |
 * | ----------------------- | ------------------------------------------------------------------ |
 * | `CLOUDFLARE_API_TOKEN`  | a token that may deploy: infra/README.md says with which rights    |
 * | `CLOUDFLARE_ACCOUNT_ID` | whose account                                                      |
 * | `SMOKE_KEY`             | a bearer key of the service, where not everybody may classify      |
 * | `ORIGIN`                | in place of `--origin`                                             |
 *
 * | exit code | what is deployed                                            |
 * | --------- | ----------------------------------------------------------- |
 * | 0         | the new version                                             |
 * | 1         | what was before: nothing was changed                        |
 * | 2         | what was before: the new version was taken back             |
 * | 3         | what the last lines say; a person has to look               |
 */
import { execFileSync } from 'node:child_process';
import { parseArgs } from 'node:util';
import { ExplainedError } from '#shared/errors.ts';
import { parseOrigin } from '../edge/access/origins.ts';
import { openCloudflare } from './rollout/cloudflare.ts';
import { type Outcome, PERCENTAGES, rollout, WATCH_SECONDS } from './rollout/roll.ts';
import { API, CALLED } from './rollout/workers.ts';
import { stopController } from './stop.ts';

const CODES: Record<Outcome, number> = { deployed: 0, unchanged: 1, back: 2, left: 3 };

async function main(args: string[], signal: AbortSignal): Promise<number> {
  const { values } = parseArgs({
    args,
    options: {
      origin: { type: 'string', default: process.env.ORIGIN ?? '' },
      watch: { type: 'string', default: String(WATCH_SECONDS) },
      'dry-run': { type: 'boolean', default: false },
    },
  });
  const origin = required(
    parseOrigin(values.origin),
    'ORIGIN',
    'an origin such as https://api.example',
    values.origin,
  );
  const seconds = /^\d{1,5}$/.test(values.watch) ? Number(values.watch) : undefined;
  const watchSeconds = required(seconds, '--watch', 'whole seconds', values.watch);
  if (values['dry-run']) {
    console.log(plan(origin, watchSeconds));
    return 0;
  }
  const outcome = await rollout({
    cloudflare: openCloudflare(),
    origin,
    key: process.env.SMOKE_KEY,
    watchSeconds,
    tag: commit(),
    signal,
    say: console.log,
  });
  console.log(
    { deployed: 'Deployed.', unchanged: 'Nothing was changed.', back: 'Rolled back.', left: 'LEFT AS SAID.' }[
      outcome
    ],
  );
  return CODES[outcome];
}

function required<T>(value: T | undefined, what: string, expected: string, got: string): T {
  if (value !== undefined) return value;
  throw new ExplainedError({ kind: 'usage', what: `cannot use ${what}`, expected, got: got || 'nothing' });
}

function plan(origin: string, watchSeconds: number): string {
  const called = CALLED.map(({ name }) => name).join(' and ');
  return [
    `1. the files that pages embed by their hash: into the bucket (infra/pin-assets.ts)`,
    `2. ${API.name}: a new version, at 0 % beside the present one`,
    `3. ${called}: new versions, at once`,
    `4. smoke test of the new version at ${origin}`,
    ...PERCENTAGES.map(
      (percentage, i) =>
        `${i + 5}. ${percentage} %; ${watchSeconds} s of smoke tests, then a look at how many requests failed`,
    ),
    'Whatever fails, and Ctrl-C or SIGTERM: all three back to the present versions.',
  ].join('\n');
}

/** Seven digits, as `wrangler versions list` then shows them; undefined outside a checkout. */
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

try {
  process.exitCode = await main(process.argv.slice(2), stopController().signal);
} catch (error) {
  console.error(error instanceof ExplainedError ? error.message : error);
  process.exitCode = CODES.unchanged;
}

/** @file `npm run smoke`: tests whether a deployment responds correctly. */
import { Command } from 'commander';
import { ExplainedError } from '#shared/errors.ts';
import { parseOrigin } from '../../edge/access/origins.ts';
import { runCommand } from '../command.ts';
import { smokeTest } from './smoke/smoke-test.ts';

const HELP = `
Environment:
  SMOKE_KEY  an API key, if classification requires one

Examples:
  npm run smoke -- https://tinyvgg-edge.example.workers.dev
  SMOKE_KEY=$(npm run --silent key -- create smoke) npm run smoke -- https://api.example.com

Exit code 0 when all checks pass, otherwise 1.`;

async function main(origin: string, { version }: { version?: string }): Promise<void> {
  if (parseOrigin(origin) === undefined) {
    throw new ExplainedError({
      kind: 'usage',
      what: 'invalid origin',
      expected: 'an origin such as https://tinyvgg-edge.example.workers.dev',
      got: origin,
    });
  }
  const target = { origin, version, key: process.env.SMOKE_KEY };
  await smokeTest(target, (line) => console.log(`ok  ${line}`));
}

await runCommand(
  new Command('npm run smoke --')
    .description('Tests whether a deployment responds correctly.')
    .argument('<origin>', 'origin of the Worker')
    .option('--version <id>', 'test this version, which may have no traffic yet')
    .addHelpText('after', HELP)
    .action(main),
);

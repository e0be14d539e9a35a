/**
 * @file `npm run smoke -- ORIGIN [--version ID]`: whether a deployment answers rightly; with a version, that one of its versions, which may
 * have no traffic yet. `SMOKE_KEY` is a bearer key, where not everybody may classify.
 *
 * Exit code 0, or 1 for an answer that is not right and for arguments that are not these.
 */
import { parseArgs } from 'node:util';
import { ExplainedError } from '#shared/errors.ts';
import { parseOrigin } from '../edge/access/origins.ts';
import { smoke } from './rollout/smoke.ts';

async function main(args: string[]): Promise<void> {
  const { values, positionals } = parseArgs({
    args,
    options: { version: { type: 'string' } },
    allowPositionals: true,
  });
  const [origin = '', ...more] = positionals;
  if (parseOrigin(origin) === undefined || more.length > 0) {
    throw new ExplainedError({
      kind: 'usage',
      what: 'cannot smoke',
      expected: 'one origin such as https://tinyvgg-edge.example.workers.dev',
      got: positionals.join(' ') || 'nothing',
    });
  }
  const target = { origin, version: values.version, key: process.env.SMOKE_KEY };
  await smoke(target, (line) => console.log(`ok  ${line}`));
}

try {
  await main(process.argv.slice(2));
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}

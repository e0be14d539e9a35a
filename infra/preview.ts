/**
 * @file `npm run preview -- ALIAS`: uploads this version of the API's Worker, without requests, under an address of its own, and tests it
 * there. It has production's bucket, secrets and other two Workers. With `GITHUB_STEP_SUMMARY`, the address goes into that file, too.
 *
 * Environment: `CLOUDFLARE_API_TOKEN`, `CLOUDFLARE_ACCOUNT_ID`, and `SMOKE_KEY` as for `npm run smoke`.
 * Exit code 0, or 1 for a version that cannot be uploaded or does not answer rightly, and for arguments that are not these.
 */
import { appendFileSync } from 'node:fs';
import { ExplainedError } from '#shared/errors.ts';
import { wrangler } from './rollout/command.ts';
import { smoke } from './rollout/smoke.ts';
import { API } from './rollout/workers.ts';
import { stopController } from './stop.ts';

async function main([alias = '', ...more]: string[], signal: AbortSignal): Promise<void> {
  if (!/^[a-z][a-z0-9-]{0,39}$/.test(alias) || more.length > 0) {
    throw new ExplainedError({
      kind: 'usage',
      what: 'cannot preview',
      expected: 'an alias such as pr-12, of small letters, digits and -',
      got: [alias, ...more].join(' ') || 'nothing',
    });
  }
  const done = await wrangler(['versions', 'upload', '-c', API.config, '--preview-alias', alias], signal);
  const { version_id: version, preview_alias_url: url } =
    done.find(({ type }) => type === 'version-upload') ?? {};
  if (!version || !url) {
    throw new ExplainedError({
      kind: 'usage',
      what: `cannot preview version ${version}`,
      expected: `an address for ${alias}`,
      got: 'none',
      next: `Enable preview URLs: dash.cloudflare.com, Workers & Pages, ${API.name}, Settings, Domains & Routes`,
    });
  }
  const summary = process.env.GITHUB_STEP_SUMMARY;
  if (summary) appendFileSync(summary, `${url} is version ${version}\n`);
  console.log(`${url} is version ${version}`);
  await smoke({ origin: url, version, key: process.env.SMOKE_KEY, signal }, (line) =>
    console.log(`ok  ${line}`),
  );
}

try {
  await main(process.argv.slice(2), stopController().signal);
} catch (error) {
  console.error(error instanceof ExplainedError ? error.message : error);
  process.exitCode = 1;
}

/**
 * @file `npm run key`: makes a key, and says where it goes. Nothing is stored.
 *
 *     npm run key -- NAME                     a bearer key, for servers and programs
 *     npm run key -- --site ORIGIN [ORIGIN…]  a site key, for pages of these origins
 *     npm run key -- --token                  a secret that answers are signed with
 *
 * Exit code 0, or 1 when the arguments are not these.
 */
import { randomBytes } from 'node:crypto';
import { parseArgs } from 'node:util';
import { sha256 } from '#shared/digest.ts';
import { ExplainedError } from '#shared/errors.ts';
import { parseOrigin } from '../edge/access/origins.ts';

async function main(args: string[]): Promise<string> {
  const { values, positionals } = parseArgs({
    args,
    options: { site: { type: 'boolean' }, token: { type: 'boolean' } },
    allowPositionals: true,
  });
  if (values.site && positionals.length > 0) return siteKey(positionals.map(originOf));
  const [name = '', ...more] = positionals;
  if (values.token && !values.site && positionals.length === 0) return tokenSecret();
  if (!values.site && !values.token && more.length === 0 && /^[\w.-]{1,64}$/.test(name))
    return bearerKey(name);
  throw new ExplainedError({
    kind: 'usage',
    what: 'cannot make a key',
    expected: 'a name of at most 64 letters, digits, _, - and ., --site and origins, or --token',
    got: args.join(' ') || 'nothing',
  });
}

/** The prefix lets scanners for leaked secrets know it. */
async function bearerKey(name: string): Promise<string> {
  const key = `tinyvgg_${randomBytes(32).toString('base64url')}`;
  const digest = await sha256(new Uint8Array(new TextEncoder().encode(key)));
  return `The key of ${name}, which is shown this once:

  ${key}

Requests carry it as  Authorization: Bearer …  The service knows its SHA-256 alone. Add this line to a file of all keys, say keys.txt:

  ${name}:${digest}

  npx wrangler secret put API_KEYS < keys.txt      sets them all; a line that is left out is revoked

On this machine: API_KEYS="…" in .dev.vars, with commas between lines.
`;
}

function siteKey(origins: string[]): string {
  const key = `site_${randomBytes(16).toString('base64url')}`;
  return `A site key, no secret: pages carry it as  x-site-key. Under [vars] in wrangler.toml, beside those that are there:

  SITE_KEYS = '${JSON.stringify({ [key]: origins })}'

npm run deploy sets it; one that is left out is revoked.
`;
}

function tokenSecret(): string {
  return `A secret that answers are signed with, which is shown this once:

  ${randomBytes(32).toString('base64url')}

  npx wrangler secret put TOKEN_SECRET      sets it; with a comma and the one before behind it, tokens of that one stay good

On this machine: npm start makes one by itself.
`;
}

function originOf(text: string): string {
  const origin = parseOrigin(text);
  if (origin !== undefined) return origin;
  throw new ExplainedError({
    kind: 'usage',
    what: 'cannot bind a site key',
    expected: 'an origin such as https://shop.example or https://*.shop.example',
    got: text,
  });
}

try {
  process.stdout.write(await main(process.argv.slice(2)));
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}

/** @file `npm run key`: creates a key and prints how to install it. It stores nothing. */
import { randomBytes } from 'node:crypto';
import { Command, InvalidArgumentError } from 'commander';
import { sha256 } from '#shared/digest.ts';
import { ExplainedError } from '#shared/errors.ts';
import { isName } from '#shared/manifest.ts';
import { parseOrigin } from '../../edge/access/origins.ts';
import { runCommand } from '../command.ts';

const USAGE = `NAME                     an API key, for servers and programs
       npm run key -- --site ORIGIN [ORIGIN…]  a site key, for pages of these origins
       npm run key -- --token                  a secret that signs tokens`;

interface Flags {
  site?: boolean;
  token?: boolean;
  /** Names of the models that the key is limited to. */
  models?: string[];
}

async function main(values: string[], flags: Flags): Promise<void> {
  process.stdout.write(await keyFor(values, flags));
}

/** Creates the key and returns the text that explains it. */
async function keyFor(values: string[], { site, token, models }: Flags): Promise<string> {
  if (site && !token && values.length > 0) return siteKey(values.map(originOf), models);
  if (token && !site && !models && values.length === 0) return tokenSecret();
  const [name = '', ...more] = values;
  if (!site && !token && more.length === 0 && /^[\w.-]{1,64}$/.test(name)) return apiKey(name, models);
  throw new ExplainedError({
    kind: 'usage',
    what: 'cannot create a key',
    expected: 'a name of at most 64 letters, digits, _, - and ., --site and origins, or --token',
    got:
      [
        ...(site ? ['--site'] : []),
        ...(token ? ['--token'] : []),
        ...(models ? ['--models', models.join()] : []),
        ...values,
      ].join(' ') || 'nothing',
  });
}

/** The prefix makes the key recognizable to scanners for leaked secrets. */
async function apiKey(name: string, models: string[] = []): Promise<string> {
  const key = `tinyvgg_${randomBytes(32).toString('base64url')}`;
  const digest = await sha256(new Uint8Array(new TextEncoder().encode(key)));
  return `The key of ${name}${limitOf(models)}. It is shown only this once:

  ${key}

Requests carry it in the header  Authorization: Bearer …
The service stores only the SHA-256 of a key. Add this line to a file with the lines of all keys, such as keys.txt:

  ${[name, digest, ...models].join(':')}

Then install all keys. This revokes every key whose line is missing:

  npx wrangler secret put API_KEYS < keys.txt

For npm start, set API_KEYS="…" in .dev.vars, with commas between the lines.
`;
}

function siteKey(origins: string[], models?: string[]): string {
  const key = `site_${randomBytes(16).toString('base64url')}`;
  const entry = models ? { origins, models } : origins;
  return `A site key${limitOf(models)}, which is not secret. Pages send it in the header  x-site-key.
Add it under [vars] in wrangler.toml, beside the existing keys:

  SITE_KEYS = '${JSON.stringify({ [key]: entry })}'

Then run npm run deploy. This revokes every site key that is missing in wrangler.toml.
`;
}

function tokenSecret(): string {
  return `A secret that signs tokens. It is shown only this once:

  ${randomBytes(32).toString('base64url')}

Install it. To keep tokens valid that the previous secret signed, append a comma and that secret:

  npx wrangler secret put TOKEN_SECRET

npm start creates a secret by itself.
`;
}

const limitOf = (models: string[] = []): string =>
  models.length > 0 ? `, for the models ${models.join(' and ')} only` : '';

/** Parses `photos,other`. */
function parseModels(text: string): string[] {
  const names = text.split(',');
  if (names.every(isName)) return names;
  throw new InvalidArgumentError(
    'Expected names of models separated by commas: lower-case letters, digits and hyphens.',
  );
}

function originOf(text: string): string {
  const origin = parseOrigin(text);
  if (origin !== undefined) return origin;
  throw new ExplainedError({
    kind: 'usage',
    what: 'cannot create a site key',
    expected: 'an origin such as https://shop.example or https://*.shop.example',
    got: text,
  });
}

await runCommand(
  new Command('npm run key --')
    .description('Creates a key and prints how to install it. It stores nothing.')
    .usage(USAGE)
    .argument('[values...]', 'the name of an API key, or with --site the origins')
    .option('--site', 'create a site key')
    .option('--token', 'create a secret that signs tokens')
    .option('--models <names>', 'limit the key to these models, such as photos,other', parseModels)
    .addHelpText('after', '\nExit code 0, or 1 for invalid arguments.')
    .action(main),
);

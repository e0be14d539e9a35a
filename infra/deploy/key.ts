/**
 * @file `npm run key`: creates, lists and revokes API keys, whose records a bucket has. Without a subcommand it prints lines for the secret
 * API_KEYS and for SITE_KEYS, and a TOKEN_SECRET, and stores nothing.
 */
import { randomBytes } from 'node:crypto';
import { Command, InvalidArgumentError, Option } from 'commander';
import { sha256 } from '#shared/digest.ts';
import { ExplainedError } from '#shared/errors.ts';
import { isName } from '#shared/manifest.ts';
import { isActive, KEY_NAME, type KeyRecord, SCOPES, type Scope } from '../../edge/access/key-record.ts';
import { parseOrigin } from '../../edge/access/origins.ts';
import { openLocalStore } from '../../train/store/open.ts';
import type { ObjectStore } from '../../train/store/store.ts';
import { runCommand } from '../command.ts';
import { openAccount } from './cloudflare/account.ts';
import { r2Store } from './cloudflare/r2.ts';
import { deploymentOf, ENVIRONMENTS, type Environment } from './cloudflare/workers.ts';
import { createKey, idOf, listKeys, newApiKey, revokeKey } from './key/records.ts';

const USAGE = `create|list|revoke …    API keys with a record in the bucket; --help after each has more
       npm run key -- NAME                     an API key as a line for the secret API_KEYS
       npm run key -- --site ORIGIN [ORIGIN…]  a site key, for pages of these origins
       npm run key -- --token                  a secret that signs tokens`;

const HELP = `
Examples:
  npm run key -- create alice
  npm run key -- list
  npm run key -- revoke alice
  npm run key -- --site https://shop.example
  npm run key -- --token

Exit code 0, or 1 after an error.`;

/** Options of the subcommands: where the records are. */
interface Place {
  env: Environment;
  /** Origin of npm start; undefined for the bucket at Cloudflare. */
  local?: string;
}

interface CreateFlags extends Place {
  models?: string[];
  scope: (Scope | 'page')[];
  /** Milliseconds since the epoch. */
  expires?: number;
}

/** Opens the bucket of the key records. */
async function openKeys({ env, local }: Place): Promise<ObjectStore> {
  const { keys } = deploymentOf(env).buckets;
  if (keys === undefined) {
    throw new ExplainedError({
      kind: 'usage',
      what: 'the Worker has no key records',
      expected: 'a bucket with the binding KEYS in wrangler.toml',
      got: 'none',
      next: 'Add it, or use the secret API_KEYS: npm run key -- <name>.',
    });
  }
  if (local) return openLocalStore(local, keys);
  return r2Store(await openAccount(), keys);
}

/** Prints the key alone to stdout, so that a script can take it from there. */
async function create(name: string, { models, scope, expires, ...place }: CreateFlags): Promise<void> {
  if (!KEY_NAME.test(name)) throw wrongName(name);
  const store = await openKeys(place);
  const others = (await listKeys(store)).filter((one) => one.name === name && isActive(one, Date.now()));
  const { key, record } = await createKey(store, { name, scopes: scope, models, expires });
  console.error(
    `The key of ${name}${limitOf(models)}. It is shown only this once. Its ID is ${idOf(record)}.`,
  );
  console.log(key);
  if (scope.includes('page')) console.error('npm run deploy puts it into the home page.');
  else
    console.error(
      'Requests carry it in the header  Authorization: Bearer …  The Worker admits it from now on.',
    );
  for (const other of others)
    console.error(
      `${name} has an earlier key. When it is no longer in use: npm run key -- revoke ${idOf(other)}`,
    );
}

async function list(place: Place): Promise<void> {
  const rows = (await listKeys(await openKeys(place))).map((record) => [
    idOf(record),
    record.name,
    record.scopes.join(),
    record.models?.join() ?? 'all',
    record.created.slice(0, 10),
    stateOf(record),
  ]);
  const table = [['ID', 'name', 'scopes', 'models', 'created', 'state'], ...rows];
  const widths = table[0]?.map((_, i) => Math.max(...table.map((row) => row[i]?.length ?? 0))) ?? [];
  for (const row of table)
    console.log(
      row
        .map((cell, i) => cell.padEnd(widths[i] ?? 0))
        .join('  ')
        .trimEnd(),
    );
}

function stateOf({ expires, revoked }: KeyRecord): string {
  if (revoked) return `revoked ${revoked.slice(0, 10)}`;
  if (!expires) return 'active';
  return `${Date.parse(expires) > Date.now() ? 'expires' : 'expired'} ${expires.slice(0, 10)}`;
}

async function revoke(nameOrId: string, place: Place): Promise<void> {
  const record = await revokeKey(await openKeys(place), nameOrId);
  console.log(`Revoked the key ${idOf(record)} of ${record.name}. The Worker refuses it within 60 seconds.`);
}

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
  if (!site && !token && more.length === 0 && KEY_NAME.test(name)) return apiKey(name, models);
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

async function apiKey(name: string, models: string[] = []): Promise<string> {
  const key = newApiKey();
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

const wrongName = (got: string): ExplainedError =>
  new ExplainedError({
    kind: 'usage',
    what: 'cannot create a key',
    expected: 'a name of at most 64 letters, digits, _, - and .',
    got,
  });

function parseScopes(text: string): (Scope | 'page')[] {
  const scopes = text.split(',');
  if (text === 'page') return ['page'];
  if (scopes.every((one): one is Scope => (SCOPES as readonly string[]).includes(one))) return scopes;
  throw new InvalidArgumentError(`Expected some of ${SCOPES.join()}, separated by commas, or page alone.`);
}

const DAY_MS = 86_400_000;

/** Parses `90d`, or a date. @returns milliseconds since the epoch */
function parseExpiry(text: string): number {
  const days = /^(\d{1,5})d$/.exec(text)?.[1];
  const isDate = /^\d{4}-\d\d-\d\d(T[\d:.]+Z)?$/.test(text);
  const time = days ? Date.now() + Number(days) * DAY_MS : isDate ? Date.parse(text) : Number.NaN;
  if (time > Date.now()) return time;
  throw new InvalidArgumentError(
    'Expected a number of days such as 90d, or a date in the future such as 2027-12-31.',
  );
}

/** Adds the options that select the bucket, and examples. */
function subcommand(name: string, description: string, examples: readonly string[]): Command {
  return new Command(name)
    .description(description)
    .addOption(
      new Option('--env <environment>', 'the deployment').choices(ENVIRONMENTS).default('production'),
    )
    .option('--local <origin>', 'the bucket of npm start, such as http://localhost:8787')
    .addHelpText('after', `\nExamples:\n${examples.map((one) => `  npm run key -- ${one}\n`).join('')}`);
}

const command = new Command('npm run key --')
  .description('Creates, lists and revokes keys.')
  // --models after a subcommand is an option of the subcommand.
  .enablePositionalOptions()
  .usage(USAGE)
  .argument('[values...]', 'the name of an API key, or with --site the origins')
  .option('--site', 'create a site key')
  .option('--token', 'create a secret that signs tokens')
  .option('--models <names>', 'limit the key to these models, such as photos,other', parseModels)
  .addHelpText('after', HELP)
  .action(main);

command.addCommand(
  subcommand('create', 'Creates an API key and stores its record. The key is printed only this once.', [
    'create alice',
    'create shop --scope classify,verify --expires 90d',
    'create photos --models photos,other',
    'create smoke --env staging',
  ])
    .argument('<name>', 'name of the holder, in logs and for the rate limit')
    .option('--models <names>', 'limit the key to these models, such as photos,other', parseModels)
    .option('--scope <scopes>', `limit it to some of ${SCOPES.join()}`, parseScopes, [...SCOPES])
    .option('--expires <time>', 'a number of days such as 90d, or a date such as 2027-12-31', parseExpiry)
    .action(create),
);
command.addCommand(
  subcommand('list', 'Lists all keys, oldest first.', ['list', 'list --env staging']).action(list),
);
command.addCommand(
  subcommand('revoke', 'Revokes a key. The Worker refuses it within 60 seconds.', [
    'revoke alice',
    'revoke 1a2b3c4d',
  ])
    .argument('<name or ID>', 'name of its holder, or the ID that list prints')
    .action(revoke),
);

await runCommand(command);

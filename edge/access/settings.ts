/** @file What the deployer has set → who may call. Read at the first request, once for an isolate; held against schemas, never repeated. */
import * as v from 'valibot';
import { HttpProblem } from '../problem.ts';
import { parseOrigin } from './origins.ts';

/** A bearer key as it is held: its SHA-256. A key is 256 random bits, so there is nothing to guess that a slow hash would slow down. */
export interface ApiKey {
  /** Whose it is; what its requests are counted by. */
  name: string;
  digest: Uint8Array<ArrayBuffer>;
}

export interface Settings {
  access: 'keys' | 'open';
  /** Whether it was said who may call: by ACCESS, API_KEYS or SITE_KEYS, even an empty one. */
  isConfigured: boolean;
  apiKeys: readonly ApiKey[];
  /** Site key → origins of the pages that may use it. */
  siteKeys: ReadonlyMap<string, readonly string[]>;
  /** Origins whose pages may read answers; `*` is every origin. */
  allowedOrigins: readonly string[];
  turnstileSecret: string | undefined;
  /** The first one signs, all verify. */
  tokenSecrets: readonly string[];
}

/** What each variable must hold. `npm run key` prints lines for two of them. */
const EXPECTED = {
  ACCESS: 'keys or open',
  API_KEYS: 'entries of a name, a colon and a SHA-256 in hexadecimal, between them commas or new lines',
  SITE_KEYS: 'JSON such as {"site_…": ["https://shop.example"]}',
  ALLOWED_ORIGINS:
    '* or origins such as https://shop.example and https://*.shop.example, between them commas',
  TURNSTILE_SECRET: 'the secret of a Turnstile widget',
  TOKEN_SECRET: 'secrets of 32 characters or more, between them commas; the first signs, all verify',
} as const;

/** Unread: bindings come from outside, like a request. */
export type Variables = { [Name in keyof typeof EXPECTED]?: unknown };

const KEY_ENTRY = /^([\w.-]{1,64}):([0-9a-f]{64})$/i;

const List = v.pipe(
  v.string(),
  v.transform((text) => text.split(/[\s,]+/).filter(Boolean)),
);

const KeyEntry = v.pipe(
  v.string(),
  v.regex(KEY_ENTRY),
  v.transform((entry): ApiKey => {
    const [, name = '', hex = ''] = KEY_ENTRY.exec(entry) ?? [];
    return { name, digest: Uint8Array.from(hex.match(/../g) ?? [], (byte) => Number.parseInt(byte, 16)) };
  }),
);

const Origin = v.pipe(v.string(), v.transform(parseOrigin), v.string());

/** wrangler.toml can hold a table as well as a text. */
const Json = v.pipe(
  v.unknown(),
  v.transform((value): unknown => {
    try {
      return typeof value === 'string' ? JSON.parse(value) : value;
    } catch {
      return undefined;
    }
  }),
);

const SCHEMAS = {
  ACCESS: v.picklist(['keys', 'open']),
  API_KEYS: v.pipe(List, v.array(KeyEntry)),
  SITE_KEYS: v.pipe(
    Json,
    v.record(v.pipe(v.string(), v.regex(/^site_[\w-]{16,}$/)), v.pipe(v.array(Origin), v.minLength(1))),
  ),
  ALLOWED_ORIGINS: v.pipe(List, v.array(v.union([v.literal('*'), Origin]))),
  TURNSTILE_SECRET: v.pipe(v.string(), v.minLength(1)),
  TOKEN_SECRET: v.pipe(List, v.array(v.pipe(v.string(), v.minLength(32))), v.minLength(1)),
} satisfies Record<keyof Variables, v.GenericSchema>;

type Name = keyof typeof SCHEMAS;

/** @throws HttpProblem `misconfigured` */
function read<N extends Name>(variables: Variables, name: N): v.InferOutput<(typeof SCHEMAS)[N]> | undefined {
  if (variables[name] === undefined) return undefined;
  const { success, output, issues } = v.safeParse(SCHEMAS[name], variables[name]);
  if (success) return output;
  const entry = issues[0].path?.[0].key;
  throw misconfigured(name, typeof entry === 'number' ? entry + 1 : undefined);
}

/** @throws HttpProblem `misconfigured` */
function readSettings(variables: Variables): Settings {
  const access = read(variables, 'ACCESS');
  const apiKeys = read(variables, 'API_KEYS');
  const siteKeys = read(variables, 'SITE_KEYS');
  return {
    access: access ?? 'keys',
    isConfigured: [access, apiKeys, siteKeys].some((value) => value !== undefined),
    apiKeys: apiKeys ?? [],
    siteKeys: new Map(Object.entries(siteKeys ?? {})),
    allowedOrigins: [...(read(variables, 'ALLOWED_ORIGINS') ?? []), ...Object.values(siteKeys ?? {}).flat()],
    turnstileSecret: read(variables, 'TURNSTILE_SECRET'),
    tokenSecrets: read(variables, 'TOKEN_SECRET') ?? [],
  };
}

/** @param entry of a list, counted from 1 */
export function misconfigured(name: keyof Variables, entry?: number): HttpProblem {
  const place = entry === undefined ? name : `${name}, entry ${entry}`;
  const detail = `The variable ${place}: expected ${EXPECTED[name]}. Set it anew with wrangler and deploy.`;
  return new HttpProblem('misconfigured', detail);
}

/** @throws HttpProblem `misconfigured` */
export type SettingsOf = (variables: Variables) => Settings;

/** Reads the first variables it is given, and gives what they said from then on. */
export function settingsOnce(): SettingsOf {
  let settings: Settings | undefined;
  let problem: unknown;
  return (variables) => {
    if (problem) throw problem;
    try {
      settings ??= readSettings(variables);
      return settings;
    } catch (error) {
      problem = error;
      throw error;
    }
  };
}

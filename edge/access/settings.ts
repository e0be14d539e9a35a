/** @file What the deployer has set → who may call. Read at the first request, once for an isolate; held against zod, never repeated. */
import * as z from 'zod/mini';
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
}

/** What each variable must hold. `npm run key` prints lines for two of them. */
const EXPECTED = {
  ACCESS: 'keys or open',
  API_KEYS: 'entries of a name, a colon and a SHA-256 in hexadecimal, between them commas or new lines',
  SITE_KEYS: 'JSON such as {"site_…": ["https://shop.example"]}',
  ALLOWED_ORIGINS:
    '* or origins such as https://shop.example and https://*.shop.example, between them commas',
  TURNSTILE_SECRET: 'the secret of a Turnstile widget',
} as const;

/** Unread: bindings come from outside, like a request. */
export type Variables = { [Name in keyof typeof EXPECTED]?: unknown };

const KEY_ENTRY = /^([\w.-]{1,64}):([0-9a-f]{64})$/i;

const list = () =>
  z.pipe(
    z.string(),
    z.transform((text: string) => text.split(/[\s,]+/).filter(Boolean)),
  );

const keyEntry = () =>
  z.pipe(
    z.string().check(z.regex(KEY_ENTRY)),
    z.transform((entry: string): ApiKey => {
      const [, name = '', hex = ''] = KEY_ENTRY.exec(entry) ?? [];
      return { name, digest: Uint8Array.from(hex.match(/../g) ?? [], (byte) => Number.parseInt(byte, 16)) };
    }),
  );

const origin = () => z.pipe(z.string(), z.pipe(z.transform(parseOrigin), z.string()));

/** wrangler.toml can hold a table as well as a text. */
const json = () =>
  z.transform((value: unknown) => {
    try {
      return typeof value === 'string' ? JSON.parse(value) : value;
    } catch {
      return undefined;
    }
  });

/** Made for those that are set: a cold start waits for this. */
const SCHEMAS = {
  ACCESS: () => z.enum(['keys', 'open']),
  API_KEYS: () => z.pipe(list(), z.array(keyEntry())),
  SITE_KEYS: () =>
    z.pipe(
      json(),
      z.record(z.string().check(z.regex(/^site_[\w-]{16,}$/)), z.array(origin()).check(z.minLength(1))),
    ),
  ALLOWED_ORIGINS: () => z.pipe(list(), z.array(z.union([z.literal('*'), origin()]))),
  TURNSTILE_SECRET: () => z.string().check(z.minLength(1)),
} satisfies Record<keyof Variables, () => z.ZodMiniType>;

type Name = keyof typeof SCHEMAS;

/** @throws HttpProblem `misconfigured` */
function read<N extends Name>(
  variables: Variables,
  name: N,
): z.output<ReturnType<(typeof SCHEMAS)[N]>> | undefined {
  if (variables[name] === undefined) return undefined;
  const { success, data, error } = SCHEMAS[name]().safeParse(variables[name]);
  if (success) return data as z.output<ReturnType<(typeof SCHEMAS)[N]>>;
  const [entry] = error.issues[0]?.path ?? [];
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

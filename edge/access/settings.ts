/** @file Validates the access variables. They are read once per isolate. Errors never repeat their values. */
import * as v from 'valibot';
import { isName } from '#shared/manifest.ts';
import type { Bindings } from '../http/env.ts';
import { HttpProblem } from '../http/problem.ts';
import { parseOrigin } from './origins.ts';

/** An entry of API_KEYS. A plain SHA-256 is enough, since keys are 256 random bits and cannot be guessed. */
export interface ApiKeyEntry {
  /** Name of the holder, for rate limits and telemetry. */
  name: string;
  /** SHA-256 of the key. */
  digest: Uint8Array<ArrayBuffer>;
  /** Names of the models that the key is limited to; undefined for all. */
  models?: readonly string[] | undefined;
}

/** An entry of SITE_KEYS. */
interface SiteKeyEntry {
  /** Origins that the key is bound to. */
  origins: readonly string[];
  /** Names of the models that the key is limited to; undefined for all. */
  models?: readonly string[] | undefined;
}

export interface AccessSettings {
  access: 'keys' | 'open';
  /** Whether ACCESS, API_KEYS or SITE_KEYS is set, even to an empty value. */
  isConfigured: boolean;
  apiKeys: readonly ApiKeyEntry[];
  siteKeys: ReadonlyMap<string, SiteKeyEntry>;
  /** Origins whose pages may read responses. `*` is any origin. */
  allowedOrigins: readonly string[];
  turnstileSecret: string | undefined;
  /** The first secret signs; all of them verify. */
  tokenSecrets: readonly string[];
}

/** The expected format of each variable. `npm run key` prints valid lines. */
const EXPECTED = {
  ACCESS: 'keys or open',
  API_KEYS:
    'entries `name:SHA-256 in hexadecimal`, each with the names of its models after further colons if it is limited, separated by commas or newlines',
  SITE_KEYS:
    'JSON such as {"site_…": ["https://shop.example"]} or {"site_…": {"origins": ["https://shop.example"], "models": ["photos"]}}',
  ALLOWED_ORIGINS:
    '* or origins such as https://shop.example and https://*.shop.example, separated by commas',
  TURNSTILE_SECRET: 'the secret of a Turnstile widget',
  TOKEN_SECRET: 'secrets of at least 32 characters, separated by commas; the first signs, all verify',
} as const satisfies { [Name in keyof Bindings]?: string };

type VariableName = keyof typeof EXPECTED;

/** Unvalidated access variables. */
type AccessVariables = Pick<Bindings, VariableName>;

const KEY_ENTRY = /^([\w.-]{1,64}):([0-9a-f]{64})((?::[^:]+)*)$/i;

const List = v.pipe(
  v.string(),
  v.transform((text) => text.split(/[\s,]+/).filter(Boolean)),
);

const KeyEntry = v.pipe(
  v.string(),
  v.regex(KEY_ENTRY),
  v.transform((entry): ApiKeyEntry => {
    const [, name = '', hex = '', limit = ''] = KEY_ENTRY.exec(entry) ?? [];
    const digest = Uint8Array.from(hex.match(/../g) ?? [], (byte) => Number.parseInt(byte, 16));
    return { name, digest, ...(limit && { models: limit.slice(1).split(':') }) };
  }),
  v.check(({ models = [] }) => models.every(isName)),
);

const Origin = v.pipe(v.string(), v.transform(parseOrigin), v.string());

const Origins = v.pipe(v.array(Origin), v.minLength(1));
const ModelNames = v.pipe(v.array(v.pipe(v.string(), v.check(isName))), v.minLength(1));

/** The origins of a site key, or an object with them and the models that it is limited to. */
const SiteKey = v.union([
  v.pipe(
    Origins,
    v.transform((origins): SiteKeyEntry => ({ origins })),
  ),
  v.strictObject({ origins: Origins, models: v.exactOptional(ModelNames) }),
]);

/** Parses JSON. A variable in wrangler.toml can also be a table, which arrives as an object. */
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
  SITE_KEYS: v.pipe(Json, v.record(v.pipe(v.string(), v.regex(/^site_[\w-]{16,}$/)), SiteKey)),
  ALLOWED_ORIGINS: v.pipe(List, v.array(v.union([v.literal('*'), Origin]))),
  TURNSTILE_SECRET: v.pipe(v.string(), v.minLength(1)),
  TOKEN_SECRET: v.pipe(List, v.array(v.pipe(v.string(), v.minLength(32))), v.minLength(1)),
} satisfies Record<VariableName, v.GenericSchema>;

/** @throws HttpProblem `misconfigured` */
function read<N extends VariableName>(
  variables: AccessVariables,
  name: N,
): v.InferOutput<(typeof SCHEMAS)[N]> | undefined {
  if (variables[name] === undefined) return undefined;
  const { success, output, issues } = v.safeParse(SCHEMAS[name], variables[name]);
  if (success) return output;
  const entry = issues[0].path?.[0].key;
  throw misconfigured(name, typeof entry === 'number' ? entry + 1 : undefined);
}

/** @throws HttpProblem `misconfigured` */
function readSettings(variables: AccessVariables): AccessSettings {
  const access = read(variables, 'ACCESS');
  const apiKeys = read(variables, 'API_KEYS');
  const siteKeys = read(variables, 'SITE_KEYS');
  return {
    access: access ?? 'keys',
    isConfigured: [access, apiKeys, siteKeys].some((value) => value !== undefined),
    apiKeys: apiKeys ?? [],
    siteKeys: new Map(Object.entries(siteKeys ?? {})),
    allowedOrigins: [
      ...(read(variables, 'ALLOWED_ORIGINS') ?? []),
      ...Object.values(siteKeys ?? {}).flatMap(({ origins }) => origins),
    ],
    turnstileSecret: read(variables, 'TURNSTILE_SECRET'),
    tokenSecrets: read(variables, 'TOKEN_SECRET') ?? [],
  };
}

/**
 * Returns the problem of an invalid variable.
 * @param entry number of the invalid list entry, from 1
 */
export function misconfigured(name: VariableName, entry?: number): HttpProblem {
  const place = entry === undefined ? name : `${name}, entry ${entry}`;
  const detail = `Invalid variable ${place}: expected ${EXPECTED[name]}. Correct it in wrangler.toml or with \`wrangler secret put\`.`;
  return new HttpProblem('misconfigured', detail);
}

/** @throws HttpProblem `misconfigured` */
export type SettingsOf = (variables: AccessVariables) => AccessSettings;

/** Returns a function that validates the variables of its first call and then always returns or throws the same result. */
export function cachedSettings(): SettingsOf {
  let settings: AccessSettings | undefined;
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

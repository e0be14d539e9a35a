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

const List = z.pipe(
  z.string(),
  z.transform((text: string) => text.split(/[\s,]+/).filter(Boolean)),
);

const KeyEntry = z.pipe(
  z.string().check(z.regex(KEY_ENTRY)),
  z.transform((entry: string): ApiKey => {
    const [, name = '', hex = ''] = KEY_ENTRY.exec(entry) ?? [];
    return { name, digest: Uint8Array.from(hex.match(/../g) ?? [], (byte) => Number.parseInt(byte, 16)) };
  }),
);

const Origin = z.pipe(z.string(), z.pipe(z.transform(parseOrigin), z.string()));

/** wrangler.toml can hold a table as well as a text. */
const Json = z.transform((value: unknown) => {
  try {
    return typeof value === 'string' ? JSON.parse(value) : value;
  } catch {
    return undefined;
  }
});

const schema = z.object({
  ACCESS: z.optional(z.enum(['keys', 'open'])),
  API_KEYS: z.optional(z.pipe(List, z.array(KeyEntry))),
  SITE_KEYS: z.optional(
    z.pipe(
      Json,
      z.record(z.string().check(z.regex(/^site_[\w-]{16,}$/)), z.array(Origin).check(z.minLength(1))),
    ),
  ),
  ALLOWED_ORIGINS: z.optional(z.pipe(List, z.array(z.union([z.literal('*'), Origin])))),
  TURNSTILE_SECRET: z.optional(z.string().check(z.minLength(1))),
});

function readSettings(variables: Variables): Settings | HttpProblem {
  const { success, data, error } = schema.safeParse(variables);
  if (!success) {
    const [name, entry] = error.issues[0]?.path ?? [];
    return misconfigured(name as keyof Variables, typeof entry === 'number' ? entry + 1 : undefined);
  }
  const { ACCESS, API_KEYS, SITE_KEYS, ALLOWED_ORIGINS = [], TURNSTILE_SECRET } = data;
  return {
    access: ACCESS ?? 'keys',
    isConfigured: [ACCESS, API_KEYS, SITE_KEYS].some((value) => value !== undefined),
    apiKeys: API_KEYS ?? [],
    siteKeys: new Map(Object.entries(SITE_KEYS ?? {})),
    allowedOrigins: [...ALLOWED_ORIGINS, ...Object.values(SITE_KEYS ?? {}).flat()],
    turnstileSecret: TURNSTILE_SECRET,
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
  let read: Settings | HttpProblem | undefined;
  return (variables) => {
    read ??= readSettings(variables);
    if (read instanceof HttpProblem) throw read;
    return read;
  };
}

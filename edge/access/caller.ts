/** @file Identifies the caller of a request by its credential. */
import type { HonoRequest } from 'hono';
import { HttpProblem } from '../http/problem.ts';
import type { Caller } from '../http/record.ts';
import { isApiKey, isPageKey, type KeyRecord, type Scope } from './key-record.ts';
import { isLoopback, matchesOrigin } from './origins.ts';
import type { AccessSettings, ApiKeyEntry } from './settings.ts';

/** Returns the active record of a key; undefined when there is none. */
export type FindRecord = (key: string) => Promise<KeyRecord | undefined>;

/** What the identity of a caller depends on. */
export interface Credentials {
  settings: AccessSettings;
  /** Undefined without the bucket KEYS. */
  findRecord: FindRecord | undefined;
  /** What the caller wants to do. */
  scope: Scope;
}

/**
 * Identifies a caller who may classify. Even an open service checks the kinds of credentials that it has keys for; it ignores
 * other kinds.
 * @throws HttpProblem `closed`, `no-key`, `wrong-key`, `wrong-origin`, `scope-not-allowed`, `keys-unavailable`
 */
export async function identifyCaller(request: HonoRequest, credentials: Credentials): Promise<Caller> {
  const { settings, findRecord } = credentials;
  if (isLocal(request, settings)) return { kind: 'local' };
  const { access, apiKeys, siteKeys } = settings;
  const isOpen = access === 'open';
  if (!isOpen && apiKeys.length === 0 && siteKeys.size === 0 && !findRecord) throw closed();

  const token = bearerToken(request);
  const hasKeys = apiKeys.length > 0 || (findRecord && isApiKey(token ?? ''));
  if (token !== undefined && (hasKeys || !isOpen)) return keyHolder(token, credentials);
  const site = request.header('x-site-key') ?? request.query('site_key');
  if (site !== undefined && (siteKeys.size > 0 || !isOpen)) return siteVisitor(site, request, credentials);
  if (isOpen) return { kind: 'visitor', site: '' };
  throw noKey(
    'Send an API key as `Authorization: Bearer <key>`, or from a web page a site key as `x-site-key`.',
  );
}

/**
 * Identifies the holder of an API key. Site keys do not count, because they are public, and ACCESS=open covers only
 * classification.
 * @throws HttpProblem `closed`, `no-key`, `wrong-key`, `scope-not-allowed`, `keys-unavailable`
 */
export async function identifyKeyHolder(request: HonoRequest, credentials: Credentials): Promise<Caller> {
  const { settings, findRecord } = credentials;
  if (isLocal(request, settings)) return { kind: 'local' };
  if (settings.apiKeys.length === 0 && !findRecord) throw closed();
  const token = bearerToken(request);
  if (token === undefined) throw noKey('Send an API key as `Authorization: Bearer <key>`.');
  return keyHolder(token, credentials);
}

/**
 * Returns the holder of a key that is limited to models; undefined for everybody else. Public routes respond to a limited key with its
 * models only.
 */
export async function identifyLimitedCaller(
  request: HonoRequest,
  { settings: { apiKeys, siteKeys }, findRecord }: Omit<Credentials, 'scope'>,
): Promise<Caller | undefined> {
  const token = bearerToken(request);
  if (token !== undefined) {
    const found = (await findKey(token, apiKeys)) ?? (await recordOf(token, findRecord));
    if (found?.models) return { kind: 'key', name: found.name, models: found.models };
  }
  const site = request.header('x-site-key') ?? '';
  const models = siteKeys.get(site)?.models;
  return models && { kind: 'visitor', site, models };
}

/**
 * Returns whether the request comes from this machine and no access variable is set.
 *
 * Cloudflare routes by host name, so a deployed Worker never sees `localhost`. On this machine, a page whose host name resolves to
 * 127.0.0.1 still sends that host name. Miniflare takes the address of a request from the header MF-Original-URL, which a page can set, but
 * leaves `Host`, which it cannot. Set ACCESS=keys when other machines can reach your own workerd, as `npm start` does: there the
 * client chooses the host.
 */
export function isLocal(request: LocatedRequest, { isConfigured }: AccessSettings): boolean {
  if (isConfigured || !isLoopback(new URL(request.url).hostname)) return false;
  const host = request.header('host');
  return host === undefined || isLoopback(URL.parse(`http://${host}`)?.hostname ?? '');
}

/** A request by its address, as a client and as the server say it. */
export type LocatedRequest = Pick<HonoRequest, 'url' | 'header'>;

/** Returns the token (RFC 6750), empty for a bare `Bearer`, or undefined without this scheme. */
function bearerToken(request: HonoRequest): string | undefined {
  return /^Bearer(?: +|$)(.*)/i.exec(request.header('authorization') ?? '')?.[1];
}

/** Only a key that API_KEYS lacks is looked up in the bucket. */
async function keyHolder(token: string, { settings, findRecord, scope }: Credentials): Promise<Caller> {
  const entry = await findKey(token, settings.apiKeys);
  const record = entry ? undefined : await recordOf(token, findRecord);
  if (record && !record.scopes.includes(scope)) throw outOfScope(scope);
  const found = entry ?? record;
  if (found) return { kind: 'key', name: found.name, ...(found.models && { models: found.models }) };
  const headers = { 'www-authenticate': 'Bearer error="invalid_token"' };
  const detail = 'The API key is mistyped or revoked. `npm run key` creates a new one.';
  throw new HttpProblem('wrong-key', detail, { headers });
}

/**
 * Returns the entry of the key that matches a token. It compares every entry in constant time, so that the duration reveals
 * nothing. The last of several entries with the same digest wins.
 */
export async function findKey(token: string, keys: readonly ApiKeyEntry[]): Promise<ApiKeyEntry | undefined> {
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(token));
  let found: ApiKeyEntry | undefined;
  for (const key of keys) if (crypto.subtle.timingSafeEqual(key.digest, digest)) found = key;
  return found;
}

/** Only browsers guarantee the `Origin` header. Other clients can forge it, so site keys also have a rate limit. */
async function siteVisitor(site: string, request: HonoRequest, credentials: Credentials): Promise<Caller> {
  const { settings, findRecord } = credentials;
  const entry = settings.siteKeys.get(site) ?? (await pageEntry(site, request, findRecord));
  if (!entry) {
    const headers = { 'www-authenticate': 'Bearer' };
    throw new HttpProblem('wrong-key', 'The site key is unknown. Add it to SITE_KEYS.', { headers });
  }
  const origin = request.header('origin');
  const { origins, models } = entry;
  if (origin !== undefined && origins.some((pattern) => matchesOrigin(pattern, origin))) {
    return { kind: 'visitor', site, ...(models && { models }) };
  }
  const detail =
    origin === undefined
      ? 'The request has no Origin header. Site keys work only in browsers.'
      : 'The site key is not bound to the origin of this page. Add the origin to SITE_KEYS.';
  throw new HttpProblem('wrong-origin', detail);
}

/** Only texts of the form of a key cost a read. */
async function recordOf(token: string, findRecord: FindRecord | undefined): Promise<KeyRecord | undefined> {
  return isApiKey(token) ? findRecord?.(token) : undefined;
}

/** Returns the entry of the key of the Worker's own pages: it is bound to the origin that the request is sent to. */
async function pageEntry(site: string, { url }: HonoRequest, findRecord: FindRecord | undefined) {
  const record = isPageKey(site) ? await findRecord?.(site) : undefined;
  return record?.scopes.includes('page')
    ? { origins: [new URL(url).origin], models: record.models }
    : undefined;
}

function outOfScope(scope: Scope): HttpProblem {
  const headers = { 'www-authenticate': 'Bearer error="insufficient_scope"' };
  return new HttpProblem('scope-not-allowed', `The key does not have the scope ${scope}.`, { headers });
}

const noKey = (detail: string): HttpProblem =>
  new HttpProblem('no-key', detail, { headers: { 'www-authenticate': 'Bearer' } });

const closed = (): HttpProblem =>
  new HttpProblem(
    'closed',
    'The service has no keys, so it refuses all requests. Create a key with `npm run key -- <name>` and store it with ' +
      '`npx wrangler secret put API_KEYS`, or set ACCESS = "open" in wrangler.toml to admit everyone.',
  );

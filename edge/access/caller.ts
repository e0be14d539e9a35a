/** @file Whom a request comes from, by the credential it carries. */
import type { HonoRequest } from 'hono';
import { HttpProblem } from '../problem.ts';
import { isLoopback, matches } from './origins.ts';
import type { ApiKey, Settings } from './settings.ts';

export type Caller =
  /** Whoever sits at this machine, as long as nobody has said who may call. */
  | { kind: 'local' }
  | { kind: 'key'; name: string }
  /** A page's visitor, by its site key; with an empty one where everybody may call. */
  | { kind: 'visitor'; site: string };

/**
 * A credential of a kind that was set is checked, also where everybody may call; of another kind it is not looked at there.
 * @throws HttpProblem `closed`, `no-key`, `wrong-key`, `wrong-origin`
 */
export async function callerOf(request: HonoRequest, settings: Settings): Promise<Caller> {
  if (isThisMachine(request, settings)) return { kind: 'local' };
  const { access, apiKeys, siteKeys } = settings;
  const isOpen = access === 'open';
  if (!isOpen && apiKeys.length === 0 && siteKeys.size === 0) throw closed();

  const token = bearerToken(request);
  if (token !== undefined && (apiKeys.length > 0 || !isOpen)) return keyHolder(token, apiKeys);
  const site = request.header('x-site-key') ?? request.query('site_key');
  if (site !== undefined && (siteKeys.size > 0 || !isOpen)) return siteVisitor(site, request, siteKeys);
  if (isOpen) return { kind: 'visitor', site: '' };
  throw noKey('Send `Authorization: Bearer` with a key, or from a page its site key as `x-site-key`.');
}

/**
 * As `callerOf`, but by bearer key alone: a site key lies open in its page, and ACCESS=open is for classifying.
 * @throws HttpProblem `closed`, `no-key`, `wrong-key`
 */
export async function keyHolderOf(request: HonoRequest, settings: Settings): Promise<Caller> {
  if (isThisMachine(request, settings)) return { kind: 'local' };
  if (settings.apiKeys.length === 0) throw closed();
  const token = bearerToken(request);
  if (token === undefined) throw noKey('Send `Authorization: Bearer` with a key.');
  return keyHolder(token, settings.apiKeys);
}

/**
 * Cloudflare finds the Worker by the host that a request names, so none arrives there as `localhost`. Under `wrangler dev` a page
 * whose name was bound to 127.0.0.1 still names itself. Whoever lets a network reach a workerd of his own sets ACCESS=keys: there
 * the host is what the client says it is.
 */
export function isThisMachine({ url }: { url: string }, { isConfigured }: Settings): boolean {
  return !isConfigured && isLoopback(new URL(url).hostname);
}

/** The credential of RFC 6750, empty when it has none; undefined without one of this scheme. */
function bearerToken(request: HonoRequest): string | undefined {
  return /^Bearer(?: +|$)(.*)/i.exec(request.header('authorization') ?? '')?.[1];
}

async function keyHolder(token: string, keys: readonly ApiKey[]): Promise<Caller> {
  const name = await nameOfKey(token, keys);
  if (name !== undefined) return { kind: 'key', name };
  const headers = { 'www-authenticate': 'Bearer error="invalid_token"' };
  throw new HttpProblem('wrong-key', 'It is mistyped or revoked. npm run key makes a new one.', { headers });
}

/**
 * Whose key a token is. Every entry is compared to its last byte, found or not, so that the time tells nothing; of two entries with
 * the same digest the later one counts.
 */
export async function nameOfKey(token: string, keys: readonly ApiKey[]): Promise<string | undefined> {
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(token));
  let found: string | undefined;
  for (const { name, digest: held } of keys) if (crypto.subtle.timingSafeEqual(held, digest)) found = name;
  return found;
}

/** Pages alone have an `Origin` that they cannot choose: outside a browser a site key proves nothing, which the rate limit is for. */
function siteVisitor(site: string, request: HonoRequest, siteKeys: Settings['siteKeys']): Caller {
  const origins = siteKeys.get(site);
  if (!origins) {
    const headers = { 'www-authenticate': 'Bearer' };
    throw new HttpProblem('wrong-key', 'No site has this key: SITE_KEYS lists them.', { headers });
  }
  const origin = request.header('origin');
  if (origin !== undefined && origins.some((pattern) => matches(pattern, origin)))
    return { kind: 'visitor', site };
  const detail = origin === undefined ? 'The request has no Origin, which browsers send.' : '';
  throw new HttpProblem('wrong-origin', `${detail} SITE_KEYS lists the origins of every site key.`.trim());
}

const noKey = (detail: string): HttpProblem =>
  new HttpProblem('no-key', detail, { headers: { 'www-authenticate': 'Bearer' } });

const closed = (): HttpProblem =>
  new HttpProblem(
    'closed',
    'No keys are set. npm run key -- <name> makes one and says where it goes: npx wrangler secret put API_KEYS. ' +
      'ACCESS = "open" in wrangler.toml lets everybody in.',
  );

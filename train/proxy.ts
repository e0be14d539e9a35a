/** @file Connects through the proxy in `HTTPS_PROXY`, `HTTP_PROXY` or `ALL_PROXY`, except to `NO_PROXY`; in capitals or small letters. */
import http, { type AgentOptions, type ProxyEnv } from 'node:http';
import https from 'node:https';
import { isIPv4 } from 'node:net';
import { ExplainedError } from '#shared/errors.ts';

type CreateConnection = https.Agent['createConnection'];

/**
 * Closes the connection to a proxy that refuses a tunnel, or through which the server does not complete its handshake in time. Node leaves
 * both open, which keeps the process from ending.
 */
class TunnelAgent extends https.Agent {
  override createConnection(
    ...[options, callback]: Parameters<CreateConnection>
  ): ReturnType<CreateConnection> {
    const connection = super.createConnection(options, (error, socket) => {
      clearTimeout(limit);
      if (error) socket?.destroy();
      callback?.(error, socket);
    });
    const limit = setTimeout(() => connection?.destroy(), this.options.timeout);
    // Without a tunnel, Node does not call the callback.
    for (const event of ['secureConnect', 'close']) connection?.once(event, () => clearTimeout(limit));
    return connection;
  }
}

/**
 * Returns agents that connect through the proxy of the environment.
 * @param options their `timeout` ends a tunnel that the proxy does not open; no other setting does
 * @throws ExplainedError of kind `usage` when a variable names no HTTP proxy
 */
export function proxyAgents(options: AgentOptions & { timeout: number }): {
  http: http.Agent;
  https: https.Agent;
} {
  const all = { ...options, proxyEnv: proxyEnv() };
  return { http: new http.Agent(all), https: new TunnelAgent(all) };
}

/**
 * Reads the variables for an agent of `node:http` or `node:https`. The agent ignores a proxy that is not an http(s) URL, and knows fewer
 * forms of NO_PROXY than curl. Small letters take precedence, as in curl.
 * @param version of Node
 * @throws ExplainedError of kind `usage` when a variable names no HTTP proxy, or when this version of Node has no proxies
 */
export function proxyEnv(
  env: Record<string, string | undefined> = process.env,
  version = process.versions.node,
): ProxyEnv {
  const proxy = (name: string): string | undefined => {
    const used = [name.toLowerCase(), name, 'all_proxy', 'ALL_PROXY'].find((key) => env[key]?.trim());
    if (used === undefined) return undefined;
    requireProxies(used, version);
    return proxyUrl(used, env[used]?.trim() as string);
  };
  return {
    HTTP_PROXY: proxy('HTTP_PROXY'),
    HTTPS_PROXY: proxy('HTTPS_PROXY'),
    NO_PROXY: (env.no_proxy || env.NO_PROXY)
      ?.toLowerCase()
      .split(/[\s,]+/)
      .filter(Boolean)
      .flatMap(excludedHosts)
      .join(),
  };
}

/** Refuses a version of Node whose agents silently connect without the proxy. */
function requireProxies(name: string, version: string): void {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  if (major > 24 || (major === 24 && minor >= 5) || (major === 22 && minor >= 21)) return;
  throw new ExplainedError({
    kind: 'usage',
    what: `cannot use the proxy in ${name}`,
    expected: 'Node.js 22.21, 24.5 or later',
    got: version,
    next: `Start the command with npm, which runs the project's own Node.js, or unset ${name} to connect directly.`,
  });
}

/** Adds `http://` to an address without a scheme, such as `proxy:3128`. The error does not repeat a password. */
function proxyUrl(name: string, value: string): string {
  const url = value.includes('://') ? value : `http://${value}`;
  const refuse = (got: string, next = `Correct ${name}, or unset it to connect directly.`) =>
    new ExplainedError({
      kind: 'usage',
      what: `cannot use the proxy in ${name}`,
      expected: 'an HTTP proxy, such as http://proxy:3128',
      got,
      next,
    });
  if (!URL.canParse(url)) throw refuse('no URL');
  const { protocol, username, password } = new URL(url);
  if (!/^https?:$/.test(protocol)) throw refuse(`a proxy of the kind ${protocol}`);
  try {
    decodeURIComponent(username + password);
  } catch {
    throw refuse('a user or a password with an incomplete escape', `Write % as %25 in ${name}.`);
  }
  return url;
}

/** Translates an entry of NO_PROXY: a domain excludes its subdomains, too, and a network such as 10.0.0.0/8 becomes a range. */
function excludedHosts(entry: string): string[] {
  const [, network = '', bits = ''] = /^([\d.]+)\/(\d+)$/.exec(entry) ?? [];
  if (isIPv4(network) && Number(bits) <= 32) return [addressRange(network, 2 ** (32 - Number(bits)))];
  const host = entry.replace(/^\*?\.|\.$|[[\]]/g, '');
  return [host, `.${host}`];
}

/** Formats the range of the addresses in a network, as `10.0.0.0-10.255.255.255`. */
function addressRange(network: string, size: number): string {
  const address = network.split('.').reduce((number, byte) => number * 256 + Number(byte), 0);
  const first = address - (address % size);
  const format = (number: number) => [24, 16, 8, 0].map((shift) => (number >>> shift) & 255).join('.');
  return `${format(first)}-${format(first + size - 1)}`;
}

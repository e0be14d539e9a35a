/** @file Connects through the proxy in the variables `HTTPS_PROXY`, `HTTP_PROXY` and `NO_PROXY`, in capitals or small letters. */
import http, { type AgentOptions, type ProxyEnv } from 'node:http';
import https from 'node:https';
import { ExplainedError } from '#shared/errors.ts';

type CreateConnection = https.Agent['createConnection'];

/** Closes the connection to a proxy that refuses a tunnel. Node leaves it open, which keeps the process from ending. */
class TunnelAgent extends https.Agent {
  override createConnection(
    ...[options, callback]: Parameters<CreateConnection>
  ): ReturnType<CreateConnection> {
    return super.createConnection(options, (error, socket) => {
      if (error) socket?.destroy();
      callback?.(error, socket);
    });
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
 * Reads the variables for an agent of `node:http` or `node:https`, which ignores a proxy that is not an http(s) URL. Small letters take
 * precedence, as in curl.
 * @throws ExplainedError of kind `usage` when a variable names no HTTP proxy
 */
export function proxyEnv(env: Record<string, string | undefined> = process.env): ProxyEnv {
  const proxy = (name: string): string | undefined => {
    const used = [name.toLowerCase(), name].find((key) => env[key]?.trim());
    return used && proxyUrl(used, env[used]?.trim() as string);
  };
  return {
    HTTP_PROXY: proxy('HTTP_PROXY'),
    HTTPS_PROXY: proxy('HTTPS_PROXY'),
    NO_PROXY: env.no_proxy || env.NO_PROXY,
  };
}

/** Adds `http://` to an address without a scheme, such as `proxy:3128`. The error does not repeat a password. */
function proxyUrl(name: string, value: string): string {
  const url = value.includes('://') ? value : `http://${value}`;
  if (URL.canParse(url) && /^https?:$/.test(new URL(url).protocol)) return url;
  throw new ExplainedError({
    kind: 'usage',
    what: `cannot use the proxy in ${name}`,
    expected: 'an HTTP proxy, such as http://proxy:3128',
    got: URL.canParse(url) ? `a proxy of the kind ${new URL(url).protocol}` : 'no URL',
    next: `Correct ${name}, or unset it to connect directly.`,
  });
}

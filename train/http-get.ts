/** @file Sends GET requests through the proxy of the environment. Unlike `fetch`, it returns the body as the server sent it. */
import { once } from 'node:events';
import http, { type IncomingMessage, type OutgoingHttpHeaders } from 'node:http';
import https from 'node:https';
import { proxyAgents } from './proxy.ts';

const MAX_REDIRECTS = 5;
const REDIRECTS = [301, 302, 303, 307, 308];

export interface Answer {
  /** Its body must be read or destroyed. */
  response: IncomingMessage;
  /** Where the response came from, after redirects. */
  url: string;
}

interface Options {
  headers: OutgoingHttpHeaders;
  /** On abort, the request and the body end with an error. */
  signal: AbortSignal;
  /** Milliseconds until a proxy that opens no tunnel fails. `signal` does not end such a request. */
  timeout: number;
}

/**
 * Requests a URL and follows redirects.
 * @throws Error when no server responds
 */
export async function httpGet(url: string, { headers, signal, timeout }: Options): Promise<Answer> {
  const agents = proxyAgents({ timeout });
  for (let redirects = 0; redirects <= MAX_REDIRECTS; redirects++) {
    const [{ request }, agent] = url.startsWith('https:') ? [https, agents.https] : [http, agents.http];
    const sent = request(url, { headers, signal, agent }).end();
    const [response] = (await once(sent, 'response')) as [IncomingMessage];
    // The response has the same error. Without a listener here, it would end the process.
    sent.on('error', () => {});
    const { location } = response.headers;
    if (!REDIRECTS.includes(response.statusCode ?? 0) || location === undefined) return { response, url };
    response.destroy();
    url = new URL(location, url).href;
  }
  throw new Error(`more than ${MAX_REDIRECTS} redirects`);
}

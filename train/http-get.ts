/** @file Sends GET requests through the proxy of the environment. Unlike `fetch`, it returns the body as the server sent it. */
import { once } from 'node:events';
import http, { type ClientRequest, type IncomingMessage, type OutgoingHttpHeaders } from 'node:http';
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
  /** Milliseconds until the connection to a proxy that opens no tunnel is closed. `signal` does not close it. */
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
    // The response has the same error. Without a listener here, it would end the process.
    sent.on('error', () => {});
    const response = await Promise.race([responseTo(sent, signal), endOf(sent)]);
    const { location } = response.headers;
    if (!REDIRECTS.includes(response.statusCode ?? 0) || location === undefined) return { response, url };
    response.destroy();
    url = new URL(location, url).href;
  }
  throw new Error(`more than ${MAX_REDIRECTS} redirects`);
}

async function responseTo(request: ClientRequest, signal: AbortSignal): Promise<IncomingMessage> {
  const [response] = await once(request, 'response', { signal });
  return response;
}

/** @throws Error when the connection ends. After a response such as 101, Node closes it without another event. */
async function endOf(request: ClientRequest): Promise<never> {
  await once(request, 'close');
  throw new Error('the connection ended without a response');
}

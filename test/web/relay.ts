/** @file What lies between a browser and the Worker: a network that is slow, refuses, or is not there. */
import { createServer, type IncomingHttpHeaders, request, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Relay {
  /** An endpoint like the Worker's own. */
  origin: string;
  /** Questions that have arrived. */
  asked: number;
  /** Those of the last one. */
  headers: IncomingHttpHeaders;
  /** The next questions are answered like this, one each, in place of the Worker. */
  refusals: { status: number; type: string; retryAfter?: string }[];
  /** Questions are held until the function is called that this gives. */
  hold(): () => void;
  stop(): void;
}

export async function startRelay(endpoint: string): Promise<Relay> {
  let held = Promise.resolve();
  const server: Server = createServer(async (incoming, outgoing) => {
    const isQuestion = incoming.method === 'POST';
    if (isQuestion) relay.asked += 1;
    if (isQuestion) relay.headers = incoming.headers;
    const refusal = isQuestion ? relay.refusals.shift() : undefined;
    if (isQuestion) await held;
    if (refusal) {
      const { status, type, retryAfter } = refusal;
      outgoing.writeHead(status, {
        'content-type': 'application/problem+json',
        'access-control-allow-origin': '*',
        'access-control-expose-headers': 'retry-after',
        ...(retryAfter && { 'retry-after': retryAfter }),
      });
      outgoing.end(
        JSON.stringify({ type: `/problems/${type}`, title: type, status, detail: 'A relay says so.' }),
      );
      return;
    }
    const { method, headers } = incoming;
    const forwarded = request(`${endpoint}${incoming.url}`, { method, headers }, (answer) => {
      outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(outgoing);
    });
    forwarded.on('error', () => outgoing.destroy());
    incoming.pipe(forwarded);
  });
  await new Promise<void>((settle) => server.listen(0, '127.0.0.1', settle));
  const relay: Relay = {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked: 0,
    headers: {},
    refusals: [],
    hold() {
      const { promise, resolve } = Promise.withResolvers<void>();
      held = promise;
      return resolve;
    },
    stop: () => void server.close(),
  };
  return relay;
}

/** @file A relay between browser and Worker. It can delay uploads and respond in place of the Worker. */
import { createServer, type IncomingHttpHeaders, request, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Relay {
  /** Endpoint of the field in place of the Worker's origin. */
  origin: string;
  /** Number of uploads so far, and of other posts. */
  uploads: number;
  /** Paths of the posts so far, without their queries. */
  posts: string[];
  /** Headers of the last upload. */
  lastHeaders: IncomingHttpHeaders;
  /** Problems with which the relay responds to the next uploads, one each. */
  refusals: { status: number; type: string; retryAfter?: string }[];
  /** Files that pages fetch from the relay, by path. To pass a page megabytes as an argument takes seconds of CPU time. */
  files: Map<string, Uint8Array>;
  /** Holds uploads back. @returns the function that releases them */
  hold(): () => void;
  stop(): void;
}

/** Starts a relay. @param endpoint origin of the Worker */
export async function startRelay(endpoint: string): Promise<Relay> {
  let held = Promise.resolve();
  const server: Server = createServer(async (incoming, outgoing) => {
    const file = relay.files.get(incoming.url ?? '');
    if (file) {
      outgoing.writeHead(200, { 'access-control-allow-origin': '*' }).end(file);
      return;
    }
    const isUpload = incoming.method === 'POST';
    if (isUpload) relay.uploads += 1;
    if (isUpload) relay.posts.push(incoming.url?.split('?')[0] ?? '');
    if (isUpload) relay.lastHeaders = incoming.headers;
    const refusal = isUpload ? relay.refusals.shift() : undefined;
    if (isUpload) await held;
    if (refusal) {
      const { status, type, retryAfter } = refusal;
      outgoing.writeHead(status, {
        'content-type': 'application/problem+json',
        'access-control-allow-origin': '*',
        'access-control-expose-headers': 'retry-after',
        ...(retryAfter && { 'retry-after': retryAfter }),
      });
      outgoing.end(
        JSON.stringify({ type: `/problems/${type}`, title: type, status, detail: 'The relay refuses.' }),
      );
      return;
    }
    const { method, headers } = incoming;
    const forwarded = request(`${endpoint}${incoming.url}`, { method, headers }, (response) => {
      outgoing.writeHead(response.statusCode ?? 502, response.headers);
      response.pipe(outgoing);
    });
    forwarded.on('error', () => outgoing.destroy());
    incoming.pipe(forwarded);
  });
  await new Promise<void>((settle) => server.listen(0, '127.0.0.1', settle));
  const relay: Relay = {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    uploads: 0,
    posts: [],
    lastHeaders: {},
    refusals: [],
    files: new Map(),
    hold() {
      const { promise, resolve } = Promise.withResolvers<void>();
      held = promise;
      return resolve;
    },
    stop: () => void server.close(),
  };
  return relay;
}

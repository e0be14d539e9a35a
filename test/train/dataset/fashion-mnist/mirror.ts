/** @file A local mirror for tests. It serves bytes with range requests, and fails in configurable ways. */
import { readFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';

export interface Mirror {
  url: string;
  /** Range headers of the requests so far; undefined for a request without one. */
  ranges: (string | undefined)[];
  close(): Promise<void>;
}

type Respond = (request: IncomingMessage, response: ServerResponse, body: Buffer) => void;

/** Responds as a server with range support does. */
export const whole: Respond = (request, response, body) => {
  const from = /^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1];
  if (from === undefined) {
    response.writeHead(200, { 'content-length': body.length }).end(body);
  } else if (Number(from) >= body.length) {
    response.writeHead(416).end();
  } else {
    const rest = body.subarray(Number(from));
    response.writeHead(206, { 'content-length': rest.length }).end(rest);
  }
};

/** Sends the first `count` bytes of the requested range, then closes the connection. */
export const breakAfter =
  (count: number): Respond =>
  (request, response, body) => {
    const from = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1] ?? 0);
    response.writeHead(from > 0 ? 206 : 200, { 'content-length': body.length - from });
    // Bytes in transit may be lost when a connection is reset, so the mirror waits until they have arrived.
    response.write(body.subarray(from, from + count), () => setTimeout(() => response.destroy(), 30));
  };

/** Responds with a status and no body. */
export const status =
  (code: number): Respond =>
  (_, response) =>
    void response.writeHead(code).end();

/** Ignores range headers, as some servers do. */
export const withoutRanges: Respond = (_, response, body) => void response.end(body);

/** Serves `body` at every path. The responses are used in order, the last one for all further requests. */
export function serve(body: Uint8Array, ...responses: Respond[]): Promise<Mirror> {
  return listen(async () => Buffer.from(body), responses.length ? responses : [whole]);
}

/** Serves the files of a folder. */
export function serveFolder(folder: string): Promise<Mirror> {
  return listen((path) => readFile(join(folder, path)), [whole]);
}

async function listen(read: (path: string) => Promise<Buffer>, responses: Respond[]): Promise<Mirror> {
  const ranges: (string | undefined)[] = [];
  const server = createServer(async (request, response) => {
    const respond = responses[Math.min(ranges.length, responses.length - 1)];
    ranges.push(request.headers.range);
    respond(request, response, await read(request.url ?? '/'));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/`,
    ranges,
    close: () => {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}

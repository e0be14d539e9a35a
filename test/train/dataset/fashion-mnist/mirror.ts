/** @file A local mirror for tests. It serves bytes with range requests, and fails in configurable ways. */
import { readFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type OutgoingHttpHeaders, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';

export interface Mirror {
  url: string;
  /** Range headers of the requests so far; undefined for a request without one. */
  ranges: (string | undefined)[];
  /** Times of the requests so far, in milliseconds. */
  times: number[];
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

/** Sends the first `count` bytes of the requested range, then nothing more, and keeps the connection open. */
export const stallAfter =
  (count: number): Respond =>
  (request, response, body) => {
    const from = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1] ?? 0);
    response.writeHead(from > 0 ? 206 : 200, { 'content-length': body.length - from });
    response.write(body.subarray(from, from + count));
  };

/** Responds with a status and no body. */
export const status =
  (code: number, headers: OutgoingHttpHeaders = {}): Respond =>
  (_, response) =>
    void response.writeHead(code, headers).end();

/** Responds with status 200 and another body. */
export const page =
  (text: string, type: string): Respond =>
  (_, response) =>
    void response.writeHead(200, { 'content-type': type }).end(text);

/** Sends the body again and again without an end. */
export const endless: Respond = (_, response, body) => {
  const send = () => response.write(body, (error) => error ?? send());
  send();
};

/** Labels the file's own compression as that of the transfer, as Apache does for names that end in .gz. */
export const labelledGzip: Respond = (_, response, body) =>
  void response.writeHead(200, { 'content-encoding': 'gzip' }).end(body);

/** Responds to a request for a range with the status 206 but the whole body. */
export const wholeAs206: Respond = (request, response, body) => {
  const { range } = request.headers;
  const headers = range && { 'content-range': `${range.replace('=', ' ')}${body.length - 1}/${body.length}` };
  response.writeHead(range ? 206 : 200, { 'content-length': body.length, ...headers }).end(body);
};

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
  const times: number[] = [];
  const server = createServer(async (request, response) => {
    const respond = responses[Math.min(ranges.length, responses.length - 1)];
    ranges.push(request.headers.range);
    times.push(performance.now());
    respond(request, response, await read(request.url ?? '/'));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/`,
    ranges,
    times,
    close: () => {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}

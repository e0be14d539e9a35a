/** @file A mirror on loopback: serves bytes with ranges, and fails as it is told to. */
import { readFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';

export interface Mirror {
  url: string;
  /** Range headers of the requests so far; undefined where there was none. */
  ranges: (string | undefined)[];
  close(): Promise<void>;
}

type Answer = (request: IncomingMessage, response: ServerResponse, body: Buffer) => void;

/** Answers a request as a well-behaved server does. */
export const whole: Answer = (request, response, body) => {
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

/** Sends the first `count` bytes of what is asked for, then breaks the connection. */
export const breakAfter =
  (count: number): Answer =>
  (request, response, body) => {
    const from = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1] ?? 0);
    response.writeHead(from > 0 ? 206 : 200, { 'content-length': body.length - from });
    // Time for the bytes to arrive: a reset connection may lose what is still under way.
    response.write(body.subarray(from, from + count), () => setTimeout(() => response.destroy(), 30));
  };

/** Sends a status without a body. */
export const status =
  (code: number): Answer =>
  (_, response) =>
    void response.writeHead(code).end();

/** Ignores ranges, as some servers do. */
export const withoutRanges: Answer = (_, response, body) => void response.end(body);

/** Serves `body` at every path; the answers are used in order, the last one for all that follow. */
export function serve(body: Uint8Array, ...answers: Answer[]): Promise<Mirror> {
  return listen(async () => Buffer.from(body), answers.length ? answers : [whole]);
}

/** Serves the files of a folder. */
export function serveFolder(folder: string): Promise<Mirror> {
  return listen((path) => readFile(join(folder, path)), [whole]);
}

async function listen(read: (path: string) => Promise<Buffer>, answers: Answer[]): Promise<Mirror> {
  const ranges: (string | undefined)[] = [];
  const server = createServer(async (request, response) => {
    const answer = answers[Math.min(ranges.length, answers.length - 1)];
    ranges.push(request.headers.range);
    answer(request, response, await read(request.url ?? '/'));
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

/** @file An S3 server in memory with a habit of other stores, or of a proxy before them. It checks no signatures. */
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';

/** What differs from Amazon S3. */
export interface Habit {
  /** Answers a request in place of the store. @returns false to leave it to the store */
  respond?: (request: S3Request, response: ServerResponse) => boolean;
  /** The ETag in responses. Defaults to the quoted MD5. */
  showETag?: (md5: string) => string;
  /** Whether the store compares If-Match and If-None-Match. Defaults to true. */
  compares?: boolean;
  /** The ETag that If-Match must have. Defaults to the quoted MD5; undefined for a store that accepts none. */
  matchETag?: (md5: string) => string | undefined;
  /** Status and code when an object exists although If-None-Match is *. Defaults to 412. */
  exists?: [status: number, code: string];
  /** Whether each write gives an object another ETag, even with the same content. */
  countsWrites?: boolean;
}

export interface S3Request {
  method: string;
  key: string;
  headers: IncomingMessage['headers'];
  /** Number of requests with this method and key so far, including this one. */
  count: number;
}

interface RunningServer {
  endpoint: string;
  /** Requests in the order of their arrival, as `PUT key`. */
  requests: string[];
  /** Number of open connections. */
  connections(): Promise<number>;
  stop(): Promise<void>;
}

/** Starts a server on a free port. Its objects are empty at first. */
export async function startOddS3(habit: Habit = {}): Promise<RunningServer> {
  const requests: string[] = [];
  const answer = storeIn(new Map(), habit);
  const server = createServer(async (message, response) => {
    const url = new URL(message.url ?? '', 'http://store');
    const method = message.method ?? '';
    const key = decodeURIComponent(url.pathname.split('/').slice(2).join('/'));
    requests.push(`${method} ${key}`);
    const body = await buffer(message).catch(() => Buffer.alloc(0));
    const count = requests.filter((line) => line === `${method} ${key}`).length;
    const request = { method, key, headers: message.headers, count };
    if (!habit.respond?.(request, response)) answer(request, body, url.searchParams, response);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    connections: () =>
      new Promise((settle, fail) =>
        server.getConnections((error, count) => (error ? fail(error) : settle(count))),
      ),
    stop: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

/** Sends an error document. */
export function sendError(response: ServerResponse, status: number, code: string, more = ''): void {
  response.writeHead(status, { 'content-type': 'application/xml' });
  response.end(`<Error><Code>${code}</Code><Message>said ${code}</Message>${more}</Error>`);
}

/** Returns a function that answers requests from `objects`. */
function storeIn(objects: Map<string, { body: Buffer; md5: string }>, habit: Habit) {
  const { showETag = quoted, exists = [412, 'PreconditionFailed'] } = habit;
  const { compares = true, matchETag = quoted } = habit;
  let writes = 0;

  const refusal = ({ key, headers }: S3Request): [status: number, code: string] | undefined => {
    const present = objects.get(key);
    if (headers['if-none-match'] === '*' && present) return exists;
    const wanted = headers['if-match'];
    if (wanted === undefined || (present && wanted === matchETag(present.md5))) return undefined;
    return [412, 'PreconditionFailed'];
  };

  const put = (request: S3Request, body: Buffer, response: ServerResponse): void => {
    const refused = compares ? refusal(request) : undefined;
    if (refused) {
      sendError(response, ...refused);
      return;
    }
    writes += 1;
    const hash = createHash('md5').update(body);
    const md5 = (habit.countsWrites ? hash.update(`${writes}`) : hash).digest('hex');
    objects.set(request.key, { body, md5 });
    response.writeHead(200, { etag: showETag(md5) }).end();
  };

  const list = (prefix: string, response: ServerResponse): void => {
    const keys = [...objects.keys()].filter((key) => key.startsWith(prefix)).sort();
    const contents = keys.map((key) => `<Contents><Key>${key}</Key></Contents>`).join('');
    response.writeHead(200, { 'content-type': 'application/xml' });
    response.end(`<ListBucketResult><IsTruncated>false</IsTruncated>${contents}</ListBucketResult>`);
  };

  const get = ({ key }: S3Request, response: ServerResponse): void => {
    const present = objects.get(key);
    if (!present) {
      sendError(response, 404, 'NoSuchKey');
      return;
    }
    response.writeHead(200, { etag: showETag(present.md5), 'content-length': present.body.length });
    response.end(present.body);
  };

  return (request: S3Request, body: Buffer, query: URLSearchParams, response: ServerResponse): void => {
    if (request.method === 'PUT') put(request, body, response);
    else if (query.has('list-type')) list(query.get('prefix') ?? '', response);
    else get(request, response);
  };
}

const quoted = (md5: string): string => `"${md5}"`;

/** @file A forward proxy on loopback, as companies have one. */
import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface ForwardProxy {
  url: string;
  /** The requests so far: method and URL, or `CONNECT host:port`. */
  requests: string[];
  close(): Promise<void>;
}

/**
 * Starts a proxy that sends every HTTP request to one server, whatever its host, and refuses tunnels to HTTPS servers.
 * @param target origin of the server
 */
export async function startProxy(target: string): Promise<ForwardProxy> {
  const requests: string[] = [];
  const server = createServer((incoming, response) => {
    const { method, url = '', headers } = incoming;
    requests.push(`${method} ${url}`);
    const { pathname, search } = new URL(url);
    const forwarded = request(target + pathname + search, { method, headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 0, answer.headers);
      answer.pipe(response);
    });
    incoming.pipe(forwarded);
  });
  server.on('connect', ({ url }, socket) => {
    requests.push(`CONNECT ${url}`);
    socket.end('HTTP/1.1 403 Forbidden\r\ncontent-length: 0\r\n\r\n');
  });
  await new Promise<void>((settle) => server.listen(0, '127.0.0.1', settle));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    close: () => {
      server.closeAllConnections();
      return new Promise((settle) => server.close(() => settle()));
    },
  };
}

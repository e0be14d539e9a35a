/** @file A forward proxy on loopback, as companies have one. */
import { createServer, request } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import type { Duplex } from 'node:stream';

export interface ForwardProxy {
  url: string;
  /** The requests so far: method and URL, or `CONNECT host:port`. */
  requests: string[];
  close(): Promise<void>;
}

/**
 * Starts a proxy that sends every HTTP request to one server, whatever its host, and opens every tunnel to one port. Without that port
 * it refuses tunnels, and keeps their connections open as proxies with HTTP/1.1 do.
 * @param target origin of the HTTP server
 * @param tunnelTo port of the HTTPS server on 127.0.0.1; `nowhere` for a tunnel in which nothing answers
 */
export async function startProxy(target: string, tunnelTo?: number | 'nowhere'): Promise<ForwardProxy> {
  const requests: string[] = [];
  const tunnels = new Set<Duplex>();
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
    tunnels.add(socket.on('error', () => {}));
    if (tunnelTo === 'nowhere') {
      socket.write('HTTP/1.1 200 OK\r\n\r\n');
      return;
    }
    if (tunnelTo !== undefined) {
      const upstream = connect(tunnelTo, '127.0.0.1', () => socket.write('HTTP/1.1 200 OK\r\n\r\n'));
      tunnels.add(upstream.on('error', () => socket.destroy()));
      upstream.pipe(socket).pipe(upstream);
      return;
    }
    socket.write('HTTP/1.1 403 Forbidden\r\ncontent-length: 0\r\n\r\n');
  });
  await new Promise<void>((settle) => server.listen(0, '127.0.0.1', settle));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    close: () => {
      server.closeAllConnections();
      for (const socket of tunnels) socket.destroy();
      return new Promise((settle) => server.close(() => settle()));
    },
  };
}

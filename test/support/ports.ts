/** @file Free ports of this machine, for servers that tests start. */
import { createServer } from 'node:net';

/** Returns the first of `count` consecutive ports on which nothing listens. */
export async function freePort(count = 1): Promise<number> {
  for (;;) {
    const first = 20_000 + Math.floor(Math.random() * 10_000);
    const ports = Array.from({ length: count }, (_, i) => first + i);
    if ((await Promise.all(ports.map(isFree))).every(Boolean)) return first;
  }
}

/** Returns whether a server can listen on the port of 127.0.0.1. */
export async function isFree(port: number): Promise<boolean> {
  const server = createServer();
  return new Promise((settle) => {
    server
      .once('error', () => settle(false))
      .listen(port, '127.0.0.1', () => server.close(() => settle(true)));
  });
}

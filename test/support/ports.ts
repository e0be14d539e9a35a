/** @file Free ports of this machine, for servers that cannot choose one themselves (port 0). */
import { createServer } from 'node:net';

/** Ports for each of the processes in which Vitest runs tests, below those that systems give to clients. */
const SHARE = 500;
const SHARES = 20;
const first = 20_000 + SHARE * (Number(process.env.VITEST_POOL_ID ?? 0) % SHARES);
/** A second run of the tests most likely begins elsewhere. */
let next = Math.floor(Math.random() * SHARE);

/** Returns the first of `count` consecutive ports on which nothing listens. Concurrent tests never get the same port. */
export async function freePort(count = 1): Promise<number> {
  for (;;) {
    const start = first + next;
    next = (next + count) % (SHARE - count);
    const ports = Array.from({ length: count }, (_, i) => start + i);
    if ((await Promise.all(ports.map(isFree))).every(Boolean)) return start;
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

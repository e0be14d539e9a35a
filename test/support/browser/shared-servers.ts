/**
 * @file What test files share: one Worker, one Chromium for each process in which Vitest runs tests, OpenStack Swift, the packages for npm,
 * and the oldest Node. Vitest's main process starts or makes each of them when a test first asks for it, and stops all servers after the
 * last test (`globalSetup` in vitest.config.ts).
 */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { expectSuccess, run } from '../command.ts';
import { installOldestNode } from '../oldest-node.ts';
import { addressOf, SERVERS } from '../shared-worker.ts';
import { serveSwift } from '../swift.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import { startWorker } from '../worker.ts';
import { connectChromium, serveChromium } from './chromium.ts';

interface Server {
  /** An origin, the address of a WebSocket, or the path of a folder or a program. */
  address: string;
  stop(): Promise<void>;
}

/** Vitest calls this before the first test. @returns the function that it calls after the last one */
export async function setup(): Promise<() => Promise<void>> {
  const servers = new Map<string, Promise<Server>>();
  const directory = createServer(async ({ url = '/' }, response) => {
    const server = servers.get(url) ?? start(url);
    servers.set(url, server);
    await server.then(
      ({ address }) => response.end(address),
      (error) => response.writeHead(500).end(String(error)),
    );
  });
  await new Promise<void>((settle) => directory.listen(0, '127.0.0.1', settle));
  process.env[SERVERS] = `http://127.0.0.1:${(directory.address() as AddressInfo).port}`;
  return async () => {
    directory.close();
    const started = await Promise.allSettled(servers.values());
    await Promise.all(started.map((each) => each.status === 'fulfilled' && each.value.stop()));
  };
}

/** Variables of a Worker that issues tokens. */
export const TOKENS = { TOKEN_SECRET: 'a-secret-of-the-tests-with-more-than-32-characters' };

async function start(path: string): Promise<Server> {
  if (path.startsWith('/chromium/')) return serveChromium();
  if (path === '/swift') return serveSwift();
  if (path === '/oldest-node') return installOldestNode();
  if (path === '/packages') return { address: await buildPackages(), stop: async () => {} };
  const { origin, stop } = await startWorker({ variables: TOKENS });
  return { address: origin, stop };
}

/** Builds the packages for npm. @returns the folder with their folders and tarballs */
async function buildPackages(): Promise<string> {
  const out = join(temporaryFolder(), 'packages');
  await expectSuccess(run('npm', ['run', '--silent', 'pack', '--', '--out', out]));
  return out;
}

/**
 * Connects to the Chromium of this process. Closing the connection closes its pages. Each process has its own, because the pages of a
 * browser share the clipboard.
 */
export async function sharedChromium(): Promise<Browser> {
  return connectChromium(await addressOf(`chromium/${process.env.VITEST_POOL_ID}`));
}

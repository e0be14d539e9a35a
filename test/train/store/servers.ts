/** @file The object stores under test, each started for the test file that asks for it. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3';
import { startWrangler } from '../../../infra/wrangler.ts';
import { memoryStore } from '../../../train/store/memory.ts';
import { type S3Options, s3Store } from '../../../train/store/s3.ts';
import type { ObjectStore } from '../../../train/store/store.ts';

export interface Server {
  store: ObjectStore;
  /** How to open the same bucket again; a store in memory has no address. */
  s3?: S3Options & { endpoint: string; credentials: NonNullable<S3Options['credentials']> };
  stop(): Promise<void>;
}

interface Backend {
  name: string;
  /** Whether the store checks If-None-Match and If-Match. */
  conditional: boolean;
  /** Why the backend cannot run here; undefined where it can. */
  missing: string | undefined;
  start(): Promise<Server>;
}

const onPath = (program: string): boolean =>
  (process.env.PATH ?? '').split(delimiter).some((folder) => existsSync(join(folder, program)));

const MEMORY: Backend = {
  name: 'memory',
  conditional: true,
  missing: undefined,
  start: async () => ({ store: memoryStore(), stop: async () => {} }),
};

export const WRANGLER: Backend = {
  name: "wrangler dev's S3 API",
  conditional: true,
  missing: undefined,
  start: startLocalR2,
};

const SWIFT: Backend = {
  name: "OpenStack Swift's S3 API",
  conditional: false,
  missing: onPath('swift-proxy-server')
    ? undefined
    : 'swift-proxy-server is not installed (apt-get install swift-proxy swift-account swift-container swift-object)',
  start: startSwift,
};

export const BACKENDS: Backend[] = [MEMORY, WRANGLER, SWIFT];

/** A Worker that does nothing: the stores are tested without the application. */
async function startLocalR2(): Promise<Server> {
  const folder = await mkdtemp(join(tmpdir(), 'tinyvgg-r2-'));
  const config = join(folder, 'wrangler.toml');
  await writeFile(join(folder, 'worker.js'), "export default { fetch: () => new Response('ok') };\n");
  await writeFile(
    config,
    `name = "store-test"
main = "worker.js"
compatibility_date = "2026-10-01"
[[r2_buckets]]
binding = "MODELS"
bucket_name = "tinyvgg-models"
[r2_buckets.local_dev.experimental_s3_credentials]
accessKeyId = "local"
secretAccessKey = "local-secret"
`,
  );
  const end = new AbortController();
  const wrangler = await startWrangler({
    config,
    host: '127.0.0.1',
    port: await freePort(),
    state: join(folder, 'state'),
    signal: end.signal,
  });
  return s3Server(
    {
      bucket: 'tinyvgg-models',
      endpoint: `${wrangler.origin}/cdn-cgi/local/r2/s3`,
      region: 'auto',
      credentials: { accessKeyId: 'local', secretAccessKey: 'local-secret' },
    },
    async () => {
      end.abort();
      await wrangler.ended;
      await rm(folder, { recursive: true, force: true });
    },
  );
}

async function startSwift(): Promise<Server> {
  const folder = await mkdtemp(join(tmpdir(), 'tinyvgg-swift-'));
  const port = await freePort(4);
  const script = fileURLToPath(new URL('../../../infra/s3-swift.sh', import.meta.url));
  const child = spawn(script, [String(port), folder], { stdio: ['ignore', 'pipe', 'inherit'] });
  const closed = once(child, 'close');
  await Promise.race([
    once(child.stdout, 'data'),
    closed.then(([code]) => Promise.reject(new Error(`s3-swift.sh ended with ${code}`))),
  ]);
  const options = {
    bucket: 'tinyvgg-models',
    endpoint: `http://127.0.0.1:${port}`,
    region: 'us-east-1',
    credentials: { accessKeyId: 'test:tester', secretAccessKey: 'testing' },
  };
  const client = new S3Client({ ...options, forcePathStyle: true });
  await client.send(new CreateBucketCommand({ Bucket: options.bucket }));
  return s3Server(options, async () => {
    child.kill('SIGTERM');
    await closed;
    await rm(folder, { recursive: true, force: true });
  });
}

function s3Server(s3: NonNullable<Server['s3']>, stop: Server['stop']): Server {
  return { store: s3Store(s3), s3, stop };
}

/** The first of `count` ports in a row that nobody listens on. */
export async function freePort(count = 1): Promise<number> {
  for (;;) {
    const first = 20_000 + Math.floor(Math.random() * 10_000);
    const ports = Array.from({ length: count }, (_, i) => first + i);
    if ((await Promise.all(ports.map(isFree))).every(Boolean)) return first;
  }
}

export async function isFree(port: number): Promise<boolean> {
  const server = createServer();
  return new Promise((settle) => {
    server
      .once('error', () => settle(false))
      .listen(port, '127.0.0.1', () => server.close(() => settle(true)));
  });
}

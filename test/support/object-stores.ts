/** @file The object stores that the tests use: in memory, Miniflare's local R2, and OpenStack Swift. */
import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3';
import { memoryStore } from '../../train/store/memory.ts';
import { s3Store } from '../../train/store/s3.ts';
import type { S3Options } from '../../train/store/s3-bucket.ts';
import type { ObjectStore } from '../../train/store/store.ts';
import { dataFolder } from './data.ts';
import { addressOf } from './shared-worker.ts';
import { temporaryFolder } from './temporary-folder.ts';
import { startWorker } from './worker.ts';

export interface RunningStore {
  store: ObjectStore;
  /** Address and keys of the bucket. A store in memory has none. */
  s3?: S3Options & { endpoint: string; credentials: NonNullable<S3Options['credentials']> };
  stop(): Promise<void>;
}

interface Backend {
  name: string;
  /** Whether the store checks `If-None-Match` and `If-Match`. */
  conditional: boolean;
  /** The host name for requests with the bucket in the host name, if the store takes them. */
  virtualHost?: string;
  /** Why the backend cannot run on this machine; undefined if it can. */
  missing: string | undefined;
  start(): Promise<RunningStore>;
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
  virtualHost: 'swift.test',
  missing: onPath('swift-proxy-server')
    ? undefined
    : 'swift-proxy-server is not installed (apt-get install swift-proxy swift-account swift-container swift-object)',
  start: startSwift,
};

export const BACKENDS: Backend[] = [MEMORY, WRANGLER, SWIFT];

/** Starts an empty Worker, so that the tests of the store do not depend on the application. */
async function startLocalR2(): Promise<RunningStore> {
  const folder = temporaryFolder();
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
  const { origin, stop } = await startWorker({ configs: [config] });
  return s3Server(
    {
      bucket: 'tinyvgg-models',
      endpoint: `${origin}/cdn-cgi/local/r2/s3`,
      region: 'auto',
      credentials: { accessKeyId: 'local', secretAccessKey: 'local-secret' },
    },
    stop,
  );
}

/** Creates a bucket in the server that test files share. */
async function startSwift(): Promise<RunningStore> {
  const options = {
    bucket: `tinyvgg-models-${randomUUID()}`,
    endpoint: await addressOf('swift'),
    region: 'us-east-1',
    credentials: { accessKeyId: 'test:tester', secretAccessKey: 'testing' },
  };
  const client = new S3Client({ ...options, forcePathStyle: true });
  await client.send(new CreateBucketCommand({ Bucket: options.bucket }));
  return s3Server(options, async () => {});
}

function s3Server(s3: NonNullable<RunningStore['s3']>, stop: RunningStore['stop']): RunningStore {
  return { store: s3Store(s3), s3, stop };
}

/** Returns the environment in which the trainer uses a store, and the data set of the tests. */
export function storeEnvironment({ s3 }: RunningStore): NodeJS.ProcessEnv {
  if (!s3) throw new TypeError('expected a store with an address, got a store in memory');
  return {
    ...process.env,
    FASHION_MNIST_DIR: dataFolder,
    MODEL_BUCKET: s3.bucket,
    AWS_ENDPOINT_URL_S3: s3.endpoint,
    AWS_REGION: s3.region,
    AWS_ACCESS_KEY_ID: s3.credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: s3.credentials.secretAccessKey,
  };
}

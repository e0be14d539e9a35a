/** @file What a deployment needs before its Workers: the buckets, and a model in the bucket of the models. */
import { join } from 'node:path';
import { ExplainedError } from '#shared/errors.ts';
import { DEFAULT_ALIAS } from '#shared/manifest.ts';
import { pushIfEmpty } from '../../train/registry/registry.ts';
import { readRelease } from '../../train/release/release.ts';
import { ROOT } from '../child-process.ts';
import type { Account } from './cloudflare/account.ts';
import { ensureBucket, r2Store } from './cloudflare/r2.ts';
import { bucketOf, type Deployment } from './cloudflare/workers.ts';

/**
 * Checks that onnxruntime's Worker reads the models from the bucket of the API's Worker, for example after one of them was renamed.
 * @throws ExplainedError of kind `usage`
 */
export function requireSameBucket({ environment, buckets }: Deployment): void {
  const config = 'wrangler.ort.toml';
  const got = bucketOf('MODELS', environment, config);
  if (got === buckets.models) return;
  throw new ExplainedError({
    kind: 'usage',
    what: `the bucket of the models in ${config} for ${environment}`,
    expected: `${buckets.models}, as in wrangler.toml`,
    got: got ?? 'none',
    next: `Correct ${config}.`,
  });
}

/** Creates the buckets that are missing. @param log receives a line for each */
export async function ensureBuckets(
  account: Account,
  { buckets }: Deployment,
  log: (line: string) => void,
): Promise<void> {
  for (const name of Object.values(buckets))
    if (name !== undefined && (await ensureBucket(account, name))) log(`Created the bucket ${name}.`);
}

/** Pushes the bundled release, unless the bucket has a `stable` alias for its model. @param log receives a line if it does */
export async function ensureModel(
  account: Account,
  { buckets }: Deployment,
  log: (line: string) => void,
): Promise<void> {
  const release = await readRelease(join(ROOT, 'release/tinyvgg.onnx'));
  const reason = 'the bundled release, pushed by npm run deploy';
  const version = await pushIfEmpty(r2Store(account, buckets.models), release, reason);
  if (version === undefined) return;
  log(
    `The bucket had no model: pushed ${release.manifest.name} ${version.slice(0, 12)}, the bundled release, as ${DEFAULT_ALIAS}.`,
  );
}

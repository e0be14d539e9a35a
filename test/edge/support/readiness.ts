/** @file Reads `/health/ready`. */
import { expect } from 'vitest';
import { REFRESH_MS } from '../../../edge/registry/alias-follower.ts';
import type { BundledModel } from '../../../edge/registry/version-cache.ts';
import type { isolate } from './tiny.ts';

export interface Ready {
  status: 'ready' | 'degraded';
  model: { name: string; version: string; alias: string };
  store: { checkedAt: string; succeededAt: string | null; failures: number; error: string | null };
}

export type Isolate = ReturnType<typeof isolate>;

export async function ready({ send }: Isolate): Promise<Ready> {
  const response = await send('/health/ready');
  expect(response.status).toBe(200);
  return response.json<Ready>();
}

/** Returns the readiness after one more refresh of the alias. */
export async function afterRefresh(worker: Isolate): Promise<Ready> {
  worker.clock.now += REFRESH_MS;
  await ready(worker);
  return ready(worker);
}

export const nameOf = ({ manifest }: BundledModel, alias = 'stable') => ({
  name: 'tinyvgg',
  version: manifest.version,
  alias,
});

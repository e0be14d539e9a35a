/** @file Reads `/health/ready`. */
import { expect } from 'vitest';
import type { ModelCheck } from '#shared/inference/model.ts';
import { REFRESH_MS } from '../../../edge/registry/alias-follower.ts';
import type { BundledModel } from '../../../edge/registry/version-cache.ts';
import { scrape } from './scrape.ts';
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

/** Checks that readiness and metrics report one failed refresh. @param check the check that the model failed */
export async function expectReported(
  worker: Isolate,
  outcome: 'absent' | 'failed',
  check?: ModelCheck,
): Promise<void> {
  const { status, store } = await ready(worker);
  expect(status).toBe('degraded');
  expect(store.failures).toBe(1);
  const samples = await scrape(worker);
  expect(samples.get('tinyvgg_store_failed_looks')).toBe(1);
  expect(samples.get(`tinyvgg_store_looks_total{alias="stable",outcome="${outcome}"}`)).toBe(1);
  const refusals = [...samples].filter(
    ([name, value]) => name.startsWith('tinyvgg_model_refusals') && value > 0,
  );
  expect(refusals).toEqual(check ? [[`tinyvgg_model_refusals_total{check="${check}"}`, 1]] : []);
}

/** Checks that `recovered` serves after the next refresh and that no failure is reported. */
export async function expectRecovered(worker: Isolate, recovered: BundledModel): Promise<void> {
  const { status, model, store } = await afterRefresh(worker);
  expect(status).toBe('ready');
  expect(model).toEqual(nameOf(recovered));
  expect(store).toMatchObject({ error: null, failures: 0, succeededAt: store.checkedAt });
  expect((await scrape(worker)).get('tinyvgg_store_failed_looks')).toBe(0);
}

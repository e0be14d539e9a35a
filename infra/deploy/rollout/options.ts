/** @file Types that the parts of a rollout share. */
import type { Account } from '../cloudflare/account.ts';
import type { Cloudflare, Traffic } from '../cloudflare/api.ts';
import type { DeployedWorker } from '../cloudflare/workers.ts';

export interface RolloutOptions {
  cloudflare: Cloudflare;
  account: Account;
  /** Origin of the API's Worker. */
  origin: string;
  /** An API key, if classification requires one. */
  key: string | undefined;
  watchSeconds: number;
  /** Tag of the version: its commit. */
  tag: string | undefined;
  signal: AbortSignal;
  log(line: string): void;
}

/** The traffic of each Worker before the rollout; undefined for a Worker that was never deployed. */
export type TrafficBefore = ReadonlyMap<DeployedWorker, Traffic | undefined>;

/**
 * - `deployed`: the new version has all requests
 * - `unchanged`: the rollout deployed nothing
 * - `rolled-back`: all Workers have their previous versions
 * - `unresolved`: not rolled back; the log says what is deployed
 */
export type Outcome = 'deployed' | 'unchanged' | 'rolled-back' | 'unresolved';

/** Returns the reason of a failure, for the log. */
export function reasonOf(error: unknown): string {
  if (error instanceof DOMException && error.name === 'AbortError') return 'stopped by a signal';
  return error instanceof Error ? error.message : String(error);
}

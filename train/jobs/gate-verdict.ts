/** @file The verdict of the promotion gate, stored as `verdicts/<name>/<version>/<sha256>.json`: why a version was promoted or not. */
import { sha256 } from '#shared/digest.ts';
import { CONTENT_TYPES, FORMAT_VERSION, serializeStored } from '#shared/manifest.ts';
import { withConditions } from '../store/conditional.ts';
import type { ObjectStore } from '../store/store.ts';
import type { Comparison } from './gate.ts';

export interface GateVerdict extends Comparison {
  name: string;
  alias: string;
  /** The candidate. */
  version: string;
  /** The version that the alias pointed at. */
  present: string;
  tolerance: number;
  promoted: boolean;
}

/** Stores a verdict. The object is immutable, and its name is its content's digest, so the same verdict is stored once. */
export async function storeVerdict(
  store: ObjectStore,
  verdict: GateVerdict,
  log: (line: string) => void,
): Promise<void> {
  const bytes = serializeStored({ formatVersion: FORMAT_VERSION, ...verdict });
  const key = `verdicts/${verdict.name}/${verdict.version}/${await sha256(bytes)}.json`;
  await withConditions(store, log).put(key, bytes, CONTENT_TYPES.json, { ifAbsent: true });
  log(`Gate verdict: ${key}`);
}

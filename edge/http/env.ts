/** @file The types of Hono's context: bindings of the Worker and variables of a request. */
import type { ServedModel } from '../registry/served-model.ts';
import type { RequestRecord } from './record.ts';

/** Bindings of wrangler.toml. */
export interface Bindings {
  MODELS: R2Bucket;
  /** Key records (access/key-record.ts). */
  KEYS?: R2Bucket;
  ANALYTICS?: AnalyticsEngineDataset;
  ASSETS?: Fetcher;
  CF_VERSION_METADATA?: WorkerVersionMetadata;
  KEY_RATE?: RateLimit;
  VISITOR_RATE?: RateLimit;
  // Access variables and secrets. access/settings.ts validates them.
  ACCESS?: unknown;
  API_KEYS?: unknown;
  SITE_KEYS?: unknown;
  ALLOWED_ORIGINS?: unknown;
  TURNSTILE_SECRET?: unknown;
  TOKEN_SECRET?: unknown;
}

export interface AppEnv {
  Bindings: Bindings;
  Variables: {
    requestId: string;
    record: RequestRecord;
    /** The default model, which loads while the request waits for something else (inference/select-model.ts). */
    preloaded?: Promise<ServedModel | undefined>;
  };
}

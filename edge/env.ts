/** @file What every handler finds in its context. */
import type { AccessBindings } from './access/access.ts';
import type { RequestRecord } from './telemetry/request.ts';

export interface AppEnv {
  Bindings: {
    MODELS: R2Bucket;
    ANALYTICS?: AnalyticsEngineDataset;
    ASSETS?: Fetcher;
    CF_VERSION_METADATA?: WorkerVersionMetadata;
  } & AccessBindings;
  Variables: { requestId: string; record: RequestRecord };
}

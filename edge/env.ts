/** @file What every handler finds in its context. */
import type { AccessBindings } from './access/access.ts';

export interface AppEnv {
  Bindings: { MODELS: R2Bucket } & AccessBindings;
  Variables: { requestId: string };
}

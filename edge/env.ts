/** @file What every handler finds in its context. */
export interface AppEnv {
  Bindings: { MODELS: R2Bucket };
  Variables: { requestId: string };
}

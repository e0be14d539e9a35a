/** @file Types of the bindings that tests import from `cloudflare:workers`. */
declare namespace Cloudflare {
  interface Env {
    MODELS: R2Bucket;
    KEY_RATE: RateLimit;
    VISITOR_RATE: RateLimit;
  }
}

/** @file The bindings that wrangler.toml declares, as `cloudflare:workers` gives them to a test. */
declare namespace Cloudflare {
  interface Env {
    MODELS: R2Bucket;
    KEY_RATE: RateLimit;
    VISITOR_RATE: RateLimit;
  }
}

/**
 * @file What a token says: a JSON Web Token (RFC 7519), signed with HMAC-SHA-256.
 *
 * | claim                        | meaning                                                                       |
 * | ---------------------------- | ----------------------------------------------------------------------------- |
 * | `label`, `score`             | the likeliest label, with its calibrated score                                |
 * | `abstained`                  | why that should not be taken for an answer, or null                           |
 * | `sha256`                     | of the image's bytes as they were sent                                        |
 * | `model`, `version`           | who answered; the version is the SHA-256 of the ONNX file                     |
 * | `aud`                        | the site key that the request carried; absent without one                     |
 * | `iat`, `exp`                 | seconds since the epoch; the token is good until `exp`                        |
 * | `jti`                        | names the token, so that it is good once                                      |
 */
import type { AbstentionReason } from '#shared/abstention.ts';

/** What the model has said of an image. */
export interface Statement {
  label: string;
  score: number;
  abstained: AbstentionReason | null;
  sha256: string;
  model: string;
  version: string;
}

export interface Claims extends Statement {
  aud?: string;
  iat: number;
  exp: number;
  jti: string;
}

/** Seconds that a token is good for: as long as Turnstile's. */
export const LIFETIME_S = 300;

/** Longer ones are none of ours. */
export const MAX_TOKEN_LENGTH = 2048;

/**
 * - `malformed`: no token at all
 * - `forged`: signed by no secret of this service
 * - `expired`: older than five minutes
 * - `other-site`: made on pages of another site key
 * - `used`: verified before
 */
export const REFUSALS = ['malformed', 'forged', 'expired', 'other-site', 'used'] as const;
export type Refusal = (typeof REFUSALS)[number];

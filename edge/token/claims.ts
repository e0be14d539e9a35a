/**
 * @file The claims of a result token: a JSON Web Token (RFC 7519), signed with HMAC-SHA-256.
 *
 * | claim              | content                                                                     |
 * | ------------------ | --------------------------------------------------------------------------- |
 * | `label`, `score`   | the first prediction, with its calibrated score                              |
 * | `abstained`        | why the model declined to answer, or null                                    |
 * | `sha256`           | SHA-256 of the uploaded image file                                           |
 * | `model`, `version` | the model; its version is the SHA-256 of the ONNX file                       |
 * | `aud`              | site key of the classification request; absent without one                   |
 * | `iat`, `exp`       | times of issue and expiry, in seconds since the epoch                        |
 * | `since`            | `iat` of the first token; absent in the first token                          |
 * | `jti`              | unique ID of the classification, which can be verified only once             |
 */
import type { AbstentionReason } from '#shared/abstention.ts';

/** The result that a token states. */
export interface SignedResult {
  label: string;
  score: number;
  abstained: AbstentionReason | null;
  sha256: string;
  model: string;
  version: string;
}

export interface TokenClaims extends SignedResult {
  aud?: string;
  iat: number;
  exp: number;
  since?: number;
  jti: string;
}

/** Lifetime of a token in seconds, the same as Turnstile's. */
export const LIFETIME_S = 300;

/** A token can be renewed for this long after the classification, in seconds, even if it has expired. Less than a day (used-tokens.ts). */
export const RENEWABLE_S = 3600;

/** This service issues shorter tokens only. */
export const MAX_TOKEN_LENGTH = 2048;

/**
 * Reasons why a token is invalid.
 * - `malformed`: not a well-formed token
 * - `forged`: not signed with a secret of this service
 * - `expired`: past its lifetime
 * - `other-site`: issued for another site key
 * - `used`: verified before
 */
export const REFUSALS = ['malformed', 'forged', 'expired', 'other-site', 'used'] as const;
export type TokenRefusal = (typeof REFUSALS)[number];

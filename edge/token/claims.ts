/**
 * @file The claims of a result token: a JSON Web Token (RFC 7519), signed with HMAC-SHA-256.
 *
 * | claim              | content                                                                     |
 * | ------------------ | --------------------------------------------------------------------------- |
 * | `label`, `score`   | the first prediction, with its calibrated score                              |
 * | `abstained`        | why the model declined to answer, or null                                    |
 * | `sha256`           | SHA-256 of the uploaded image file                                           |
 * | `model`, `version` | the model; its version is the SHA-256 of the ONNX file                       |
 * | `iss`              | `tinyvgg-edge`; absent from tokens of earlier versions                       |
 * | `aud`              | site key of the classification request; absent without one                   |
 * | `iat`, `exp`       | times of issue and expiry, in seconds since the epoch                        |
 * | `since`            | `iat` of the first token; absent in the first token                          |
 * | `jti`              | unique ID of the classification, which can be verified only once             |
 */
import * as v from 'valibot';
import { ABSTENTION_REASONS } from '#shared/abstention.ts';
import { Real } from '#shared/validation.ts';

/** The result that a token states. */
const SignedResult = v.object({
  label: v.string(),
  score: Real,
  abstained: v.nullable(v.picklist(ABSTENTION_REASONS)),
  sha256: v.string(),
  model: v.string(),
  version: v.string(),
});
export type SignedResult = v.InferOutput<typeof SignedResult>;

export const ISSUER = 'tinyvgg-edge';

/** Seconds since the epoch that a date can have. */
const Seconds = v.pipe(Real, v.minValue(0), v.maxValue(1e12));

/** The claims of this service's tokens. Another program may sign tokens for another purpose with the same secret. */
export const TokenClaims = v.object({
  ...SignedResult.entries,
  iss: v.exactOptional(v.literal(ISSUER)),
  aud: v.exactOptional(v.string()),
  iat: Seconds,
  exp: Seconds,
  since: v.exactOptional(Seconds),
  // A part of a key in the bucket.
  jti: v.pipe(v.string(), v.regex(/^[\w-]{1,64}$/)),
});
export type TokenClaims = v.InferOutput<typeof TokenClaims>;

/** Lifetime of a token in seconds, the same as Turnstile's. */
export const LIFETIME_S = 300;

/** A token can be renewed for this long after the classification, in seconds, even if it has expired. Less than a day (used-tokens.ts). */
export const RENEWABLE_S = 3600;

/** This service issues shorter tokens only. */
export const MAX_TOKEN_LENGTH = 2048;

/**
 * Reasons why a token is invalid.
 * - `malformed`: not a well-formed token, or without the claims of a classification
 * - `forged`: not signed with a secret of this service
 * - `expired`: past its lifetime
 * - `other-site`: issued for another site key
 * - `used`: verified before
 */
export const REFUSALS = ['malformed', 'forged', 'expired', 'other-site', 'used'] as const;
export type TokenRefusal = (typeof REFUSALS)[number];

/** @file The response of `POST /v1/verify`. */
import type { TokenClaims, TokenRefusal } from '../../token/claims.ts';
import type { TokenVerification } from './responses.ts';

/** @param verified the claims of a valid token, or why the token is invalid */
export function tokenVerification(verified: TokenClaims | TokenRefusal): TokenVerification {
  if (typeof verified === 'string') return { valid: false, reason: verified };
  const { label, score, abstained, sha256, model: name, version, aud = null, iat, exp } = verified;
  return {
    ...{ valid: true, label, score, abstained },
    image_sha256: sha256,
    model: { name, version },
    site_key: aud,
    issued_at: new Date(iat * 1000).toISOString(),
    expires_at: new Date(exp * 1000).toISOString(),
  };
}

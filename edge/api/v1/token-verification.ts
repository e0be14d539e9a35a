/** @file What was found out about a token → what is said of it. */
import type { Claims, Refusal } from '../../token/claims.ts';
import type { TokenVerification } from './responses.ts';

export function tokenVerification(found: Claims | Refusal): TokenVerification {
  if (typeof found === 'string') return { valid: false, reason: found };
  const { label, score, abstained, sha256, model: name, version, aud = null, iat, exp } = found;
  return {
    ...{ valid: true, label, score, abstained },
    image_sha256: sha256,
    model: { name, version },
    site_key: aud,
    issued_at: new Date(iat * 1000).toISOString(),
    expires_at: new Date(exp * 1000).toISOString(),
  };
}

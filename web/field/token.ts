/** @file The lifetime of a signed result's token. */

/**
 * Reads when a token was issued and when it expires (RFC 7519, 4.1), in milliseconds by the endpoint's clock. Only the endpoint can
 * verify the token.
 */
export function tokenTimes(token: string): { issuedAt: number; expiresAt: number } {
  const payload = (token.split('.')[1] ?? '').replaceAll('-', '+').replaceAll('_', '/');
  const { iat, exp } = JSON.parse(atob(payload));
  return { issuedAt: 1000 * iat, expiresAt: 1000 * exp };
}

/**
 * @file JSON Web Tokens (RFC 7519) in compact form (RFC 7515, 7.1) with one algorithm, HMAC-SHA-256 (`HS256`, RFC 7518, 3.2). hono/jwt has
 * thirteen algorithms, which took 3 kB of the Worker; the tests compare with it.
 */

const ALGORITHM = { name: 'HMAC', hash: 'SHA-256' };

/** Returns a signed token. */
export async function signJwt(claims: object, secret: string): Promise<string> {
  const content = `${encode({ alg: 'HS256', typ: 'JWT' })}.${encode(claims)}`;
  const signature = await crypto.subtle.sign(ALGORITHM.name, await keyOf(secret, 'sign'), utf8(content));
  return `${content}.${base64url(new Uint8Array(signature))}`;
}

/**
 * Verifies the signature of a token. Times are left to the caller.
 * @returns its claims; `forged` for another signature or algorithm; `malformed` for a text that is not a token
 */
export async function verifyJwt(
  token: string,
  secret: string,
): Promise<{ claims: unknown } | 'malformed' | 'forged'> {
  const [header = '', payload = '', signature = '', ...more] = token.split('.');
  try {
    if (more.length > 0) return 'malformed';
    const { alg, typ, crit } = decode(header) as Record<string, unknown>;
    const claims = decode(payload);
    const bytes = Uint8Array.fromBase64(signature, { alphabet: 'base64url' });
    // Extensions that a reader must understand: RFC 7515, 4.1.11.
    if (typeof alg !== 'string' || alg === 'none' || (typ ?? 'JWT') !== 'JWT' || crit !== undefined)
      return 'malformed';
    if (alg !== 'HS256') return 'forged';
    const content = utf8(`${header}.${payload}`);
    // Web Crypto compares in constant time.
    const isValid = await crypto.subtle.verify(ALGORITHM.name, await keyOf(secret, 'verify'), bytes, content);
    return isValid ? { claims } : 'forged';
  } catch {
    return 'malformed';
  }
}

const keyOf = (secret: string, usage: 'sign' | 'verify'): Promise<CryptoKey> =>
  crypto.subtle.importKey('raw', utf8(secret), ALGORITHM, false, [usage]);

const utf8 = (text: string) => new TextEncoder().encode(text);

const base64url = (bytes: Uint8Array): string => bytes.toBase64({ alphabet: 'base64url', omitPadding: true });

const encode = (part: object): string => base64url(utf8(JSON.stringify(part)));

/** @throws TypeError and SyntaxError for a part that is not JSON in base64url */
const decode = (part: string): unknown =>
  JSON.parse(new TextDecoder().decode(Uint8Array.fromBase64(part, { alphabet: 'base64url' })));

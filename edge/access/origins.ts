/** @file Parses and matches origins of web pages. */

/**
 * Parses an origin. A host that begins with `*.` matches all its subdomains.
 * @returns the origin as browsers write it; undefined for a path, a scheme other than http and https, or a misplaced `*`
 */
export function parseOrigin(text: string): string | undefined {
  const url = URL.parse(text);
  if (!url || !/^https?:$/.test(url.protocol) || url.href !== `${url.origin}/`) return undefined;
  // At least two labels after the wildcard: nobody owns a whole top-level domain.
  return !url.host.includes('*') || /^\*(\.[^*.]+){2,}$/.test(url.host) ? url.origin : undefined;
}

/** Returns whether an origin matches a pattern from `parseOrigin`. Scheme and port must match, too. */
export function matchesOrigin(pattern: string, origin: string): boolean {
  const [scheme = '', parent] = pattern.split('*');
  if (parent === undefined) return pattern === origin;
  const labels = origin.slice(scheme.length, -parent.length);
  return origin === scheme + labels + parent && /^[\w.-]+$/.test(labels);
}

/** @param hostname in the form of `URL.hostname` */
export function isLoopback(hostname: string): boolean {
  return ['localhost', '127.0.0.1', '[::1]'].includes(hostname);
}

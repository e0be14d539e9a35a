/** @file Origins of pages: which are meant by what the deployer has written, and which are this machine's own. */

/**
 * An origin as browsers write it, or one whose host begins with `*.`, for every host below that one.
 * @returns undefined for what is neither: a path, another scheme than http and https, a `*` elsewhere
 */
export function parseOrigin(text: string): string | undefined {
  const url = URL.parse(text);
  if (!url || !/^https?:$/.test(url.protocol) || url.href !== `${url.origin}/`) return undefined;
  // Two labels at least: everything below a top-level domain is nobody's site.
  return !url.host.includes('*') || /^\*(\.[^*.]+){2,}$/.test(url.host) ? url.origin : undefined;
}

/** @param pattern from `parseOrigin`; scheme and port are compared, too */
export function matches(pattern: string, origin: string): boolean {
  const [scheme = '', parent] = pattern.split('*');
  if (parent === undefined) return pattern === origin;
  const labels = origin.slice(scheme.length, -parent.length);
  return origin === scheme + labels + parent && /^[\w.-]+$/.test(labels);
}

/** @param hostname as `URL` writes it */
export function isLoopback(hostname: string): boolean {
  return ['localhost', '127.0.0.1', '[::1]'].includes(hostname);
}

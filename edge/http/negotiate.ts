/** @file Content negotiation (RFC 9110, 12.5.1): decides whether a client receives a page. */
import type { HonoRequest } from 'hono';

/** What programs receive instead of a page. */
const JSON_TYPES = ['application/json', 'application/problem+json', 'application/*'];

/**
 * Returns whether `Accept` names `text/html` and prefers it. Browsers do so when they open an address or submit a form; scripts and
 * other clients do so only on purpose. At equal quality a page loses to another named type, and wins against the wildcard.
 * @param others the media types that the client receives otherwise
 */
export function prefersHtml(request: HonoRequest, others: readonly string[] = JSON_TYPES): boolean {
  const qualities = new Map((request.header('accept') ?? '').split(',').map(parseRange));
  const html = qualities.get('text/html') ?? 0;
  const named = others.map((type) => qualities.get(type)).filter((quality) => quality !== undefined);
  const isPreferred = named.length > 0 ? html > Math.max(...named) : html >= (qualities.get('*/*') ?? 0);
  return html > 0 && isPreferred;
}

/** Parses `text/html;level=1;q=0.8` to the media type and its quality, which is 1 by default. */
function parseRange(range: string): [type: string, quality: number] {
  const [type = '', ...parameters] = range
    .toLowerCase()
    .split(';')
    .map((part) => part.trim());
  const quality = parameters.find((parameter) => parameter.startsWith('q='))?.slice(2);
  return [type, Number(quality ?? 1)];
}

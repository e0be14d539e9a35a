/** @file Decides whether a classification request receives a page. */
import type { HonoRequest } from 'hono';

/**
 * Returns whether the request comes from an HTML form without script. Browsers accept `text/html` when they submit a form; scripts
 * and other clients do so only on purpose.
 */
export function prefersHtml(request: HonoRequest): boolean {
  return request.path === '/v1/classify' && /\btext\/html\b/.test(request.header('accept') ?? '');
}

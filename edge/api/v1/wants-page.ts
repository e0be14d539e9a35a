/** @file Whether a form without script asks: then the answer is a page. */
import type { HonoRequest } from 'hono';

/** Browsers that go to an address name HTML; their scripts and other clients do not unless they want it. */
export function wantsPage(request: HonoRequest): boolean {
  return request.path === '/v1/classify' && /\btext\/html\b/.test(request.header('accept') ?? '');
}

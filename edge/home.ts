/** @file `GET /`: the page for browsers, which ask for HTML; for whoever asks as curl does, a text that lists all addresses. */
import type { Context } from 'hono';
import type { AppEnv } from './env.ts';
import index from './openapi/index.txt';
import { ORIGIN } from './openapi/openapi.ts';

/** The text has the address that the client used, so that its lines work as printed. */
export async function home(c: Context<AppEnv>): Promise<Response> {
  const wantsPage = /\btext\/html\b/.test(c.req.header('accept') ?? '');
  const { ASSETS } = c.env;
  const found =
    wantsPage && ASSETS
      ? await ASSETS.fetch(c.req.raw)
      : c.text(index.replaceAll(ORIGIN, () => new URL(c.req.url).origin));
  // What the asset service hands out has headers that cannot be changed.
  const answer = new Response(found.body, found);
  answer.headers.append('vary', 'Accept');
  return answer;
}

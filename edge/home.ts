/** @file `GET /`: the page for browsers, which ask for HTML; for whoever asks as curl does, a text that lists all addresses. */
import type { Context } from 'hono';
import type { AppEnv } from './env.ts';
import { indexText } from './index-text.ts';

export async function home(c: Context<AppEnv>): Promise<Response> {
  const wantsPage = /\btext\/html\b/.test(c.req.header('accept') ?? '');
  const { ASSETS } = c.env;
  const found =
    wantsPage && ASSETS ? await ASSETS.fetch(c.req.raw) : c.text(indexText(new URL(c.req.url).origin));
  // What the asset service hands out has headers that cannot be changed.
  const answer = new Response(found.body, found);
  answer.headers.append('vary', 'Accept');
  return answer;
}

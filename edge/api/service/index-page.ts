/** @file `GET /`: the try page for browsers, and a text that lists the API's routes for other clients. */
import type { Context } from 'hono';
import type { AppEnv } from '../../http/env.ts';
import { prefersHtml } from '../../http/negotiate.ts';
import index from './index.txt';
import { ORIGIN } from './origin.ts';

/** The text contains the origin of the request, so that its examples can be copied. */
export async function indexPage(c: Context<AppEnv>): Promise<Response> {
  const { ASSETS } = c.env;
  const found =
    ASSETS && prefersHtml(c.req, ['text/plain', 'text/*'])
      ? await ASSETS.fetch(c.req.raw)
      : c.text(index.replaceAll(ORIGIN, () => new URL(c.req.url).origin));
  // Responses of the asset service have immutable headers.
  const response = new Response(found.body, found);
  response.headers.append('vary', 'Accept');
  return response;
}

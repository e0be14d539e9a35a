/**
 * @file Verifies Turnstile tokens, which Cloudflare issues to human visitors of a page.
 * https://developers.cloudflare.com/turnstile/get-started/server-side-validation/
 */
import type { HonoRequest } from 'hono';
import * as v from 'valibot';
import { HttpProblem } from '../http/problem.ts';
import { misconfigured } from './settings.ts';

const SITEVERIFY = 'https://challenges.cloudflare.com/turnstile/v0/siteverify';
const TIMEOUT_MS = 5_000;
const RETRY_AFTER_S = 10;
/** Turnstile's own limit, in characters. */
const MAX_TOKEN_LENGTH = 2048;

const Outcome = v.object({
  success: v.boolean(),
  hostname: v.optional(v.string()),
  'error-codes': v.optional(v.array(v.string()), []),
  metadata: v.nullish(v.object({ result_with_testing_key: v.optional(v.boolean()) })),
});
type Outcome = v.InferOutput<typeof Outcome>;

/**
 * Checks that the token of a request is valid and was issued on the page that sends the request.
 * @throws HttpProblem `turnstile-failed`, `turnstile-unavailable`, `misconfigured`
 */
export async function checkTurnstile(request: HonoRequest, secret: string): Promise<void> {
  const token = request.header('cf-turnstile-response') ?? '';
  if (token === '' || token.length > MAX_TOKEN_LENGTH) {
    throw failed('Send the token of the Turnstile widget as `cf-turnstile-response`.');
  }
  const { success, hostname, metadata, 'error-codes': codes } = await siteverify(secret, token, request);
  if (codes.some((code) => code.endsWith('-input-secret'))) throw misconfigured('TURNSTILE_SECRET');
  if (codes.includes('internal-error')) throw unavailable();
  if (codes.includes('timeout-or-duplicate')) {
    throw failed('The token was already used or is older than five minutes. Reset the widget for a new one.');
  }
  if (!success) throw failed('The token is invalid. Reset the widget for a new one.');
  // With Cloudflare's testing secrets the host name is always example.com.
  if (metadata?.result_with_testing_key) return;
  if (hostname !== URL.parse(request.header('origin') ?? '')?.hostname) {
    throw failed('The token was issued on another page than the one that sends it.');
  }
}

/** Sends no `idempotency_key`: Cloudflare would then accept the same token again. So there is no retry either. */
async function siteverify(secret: string, token: string, request: HonoRequest): Promise<Outcome> {
  try {
    const response = await fetch(SITEVERIFY, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ secret, response: token, remoteip: request.header('cf-connecting-ip') }),
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    return v.parse(Outcome, await response.json());
  } catch (cause) {
    throw unavailable(cause);
  }
}

const failed = (detail: string): HttpProblem => new HttpProblem('turnstile-failed', detail);

function unavailable(cause?: unknown): HttpProblem {
  const headers = { 'retry-after': `${RETRY_AFTER_S}` };
  const detail = 'Cloudflare did not verify the token. Try again with a new one.';
  return new HttpProblem('turnstile-unavailable', detail, { headers, cause });
}

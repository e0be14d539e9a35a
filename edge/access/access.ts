/**
 * @file Access control: middleware that runs before a request body is read.
 *
 * | variable (wrangler.toml) or secret | who may call                                                                   |
 * | ---------------------------------- | ------------------------------------------------------------------------------ |
 * | none of the next three             | clients on this machine; elsewhere the service is closed                        |
 * | `API_KEYS`, a secret               | holders of an API key; the secret contains only hashes                          |
 * | `SITE_KEYS`                        | web pages of the origins that a site key is bound to                            |
 * | `ACCESS`                           | `open`: everyone. `keys`, the default: only the callers above                   |
 * | `ALLOWED_ORIGINS`                  | more origins whose pages may read responses, beside those of site keys          |
 * | `TURNSTILE_SECRET`, a secret       | callers without an API key must also pass Turnstile                             |
 *
 * An entry of `API_KEYS` or `SITE_KEYS` may limit its key to models (allowed-models.ts).
 *
 * `TOKEN_SECRET`, a secret, signs results (edge/token).
 */
import type { Context, MiddlewareHandler } from 'hono';
import type { AppEnv } from '../http/env.ts';
import { HttpProblem } from '../http/problem.ts';
import type { Caller } from '../http/record.ts';
import { identifyCaller, identifyKeyHolder, identifyLimitedCaller } from './caller.ts';
import { createCors, isHiddenFromPage, letEveryPageRead } from './cors.ts';
import { clientNetwork, enforceRate } from './limiter.ts';
import { cachedSettings } from './settings.ts';
import { checkTurnstile } from './turnstile.ts';

export interface Access {
  cors: MiddlewareHandler<AppEnv>;
  /** Guards classification: admits API keys, site keys and, when the service is open, everyone. */
  requireCaller: MiddlewareHandler<AppEnv>;
  /** Guards the renewal of tokens: the same callers, without Turnstile, which they passed for the first token. */
  requireEarlierCaller: MiddlewareHandler<AppEnv>;
  /** Guards operations of the service's owner: admits only API keys and, without any access variable, this machine. */
  requireApiKey: MiddlewareHandler<AppEnv>;
  /** For public routes of models: admits everybody, and shows the holder of a limited key only its models. */
  limitModels: MiddlewareHandler<AppEnv>;
  /** Returns the secrets that sign and verify tokens. Empty when TOKEN_SECRET is not set. */
  tokenSecrets(c: Context<AppEnv>): readonly string[];
}

/** Reads the settings from the variables of the first request. */
export function createAccess(): Access {
  const settingsOf = cachedSettings();

  const guard =
    (identify: typeof identifyCaller, { turnstile }: { turnstile: boolean }): MiddlewareHandler<AppEnv> =>
    async (c, next) => {
      try {
        const settings = settingsOf(c.env);
        const caller = await identify(c.req, settings).catch((problem) => refuse(c, problem));
        if (caller.kind !== 'key' && isHiddenFromPage(c)) await refuse(c, hiddenFromPage());
        c.var.record.caller = caller;
        await checkRate(c, caller);
        const secret = turnstile && caller.kind === 'visitor' && settings.turnstileSecret;
        if (secret) await checkTurnstile(c.req, secret);
      } catch (problem) {
        letEveryPageRead(c);
        throw problem;
      }
      await next();
    };

  return {
    cors: createCors(settingsOf),
    requireCaller: guard(identifyCaller, { turnstile: true }),
    requireEarlierCaller: guard(identifyCaller, { turnstile: false }),
    requireApiKey: guard(identifyKeyHolder, { turnstile: false }),
    limitModels: async (c, next) => {
      try {
        const caller = await identifyLimitedCaller(c.req, settingsOf(c.env));
        if (caller) c.var.record.caller = caller;
      } catch {
        // A wrong variable closes no public route. The guards of the others report it.
      }
      await next();
    },
    tokenSecrets: ({ env }) => settingsOf(env).tokenSecrets,
  };
}

/** Without this refusal, the page would take the response that it cannot read for a broken connection. */
const hiddenFromPage = (): HttpProblem =>
  new HttpProblem(
    'wrong-origin',
    'Pages of this origin may not read responses. Add the origin to ALLOWED_ORIGINS.',
  );

async function checkRate(c: Context<AppEnv>, caller: Caller): Promise<void> {
  if (caller.kind === 'key') await enforceRate(c, 'key', caller.name);
  if (caller.kind === 'visitor') await enforceRate(c, 'visitor', `${caller.site} ${clientNetwork(c)}`);
}

/** Counts refused requests against the rate limit, because a misconfigured client would retry forever. */
async function refuse(c: Context<AppEnv>, problem: unknown): Promise<never> {
  await enforceRate(c, 'visitor', `refused ${clientNetwork(c)}`);
  throw problem;
}

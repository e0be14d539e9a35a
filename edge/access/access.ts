/**
 * @file Who may call: the middleware before every address that classifies, before a byte of a body is read.
 *
 * | variable (wrangler.toml) or secret | who may call                                                                       |
 * | ---------------------------------- | ---------------------------------------------------------------------------------- |
 * | none of the next three             | this machine; everywhere else the service is closed and says what to set           |
 * | `API_KEYS`, a secret               | holders of a bearer key; its hash is all that is here                               |
 * | `SITE_KEYS`                        | pages of the origins that a site key is bound to                                    |
 * | `ACCESS`                           | `open`: everybody. `keys`, unless given: only those                                 |
 * | `ALLOWED_ORIGINS`                  | whose pages may read answers, beside those of site keys and this service            |
 * | `TURNSTILE_SECRET`, a secret       | of those without a bearer key, whom Turnstile takes for human                       |
 *
 * `TOKEN_SECRET`, a secret, signs answers (edge/token).
 */
import type { Context, MiddlewareHandler } from 'hono';
import type { AppEnv } from '../env.ts';
import { type Caller, callerOf, keyHolderOf } from './caller.ts';
import { corsBy } from './cors.ts';
import { count, networkOf, type RateBindings } from './limiter.ts';
import { settingsOnce, type Variables } from './settings.ts';
import { checkTurnstile } from './turnstile.ts';

export type AccessBindings = Variables & RateBindings;

export interface Access {
  cors: MiddlewareHandler<AppEnv>;
  /** Lets callers in that may classify. */
  requireCaller: MiddlewareHandler<AppEnv>;
  /** Lets holders of a bearer key in, and this machine while nothing is set. */
  requireKey: MiddlewareHandler<AppEnv>;
  /** What answers are signed with; none where nothing is signed. */
  tokenSecrets(c: Context<AppEnv>): readonly string[];
}

/** Holds what the variables of the first request said. */
export function createAccess(): Access {
  const settingsOf = settingsOnce();

  const guard =
    (identify: typeof callerOf): MiddlewareHandler<AppEnv> =>
    async (c, next) => {
      const settings = settingsOf(c.env);
      const caller = await identify(c.req, settings).catch((problem) => refuse(c, problem));
      c.var.record.caller = caller;
      await checkRate(c, caller);
      if (caller.kind === 'visitor' && settings.turnstileSecret) {
        await checkTurnstile(c.req, settings.turnstileSecret);
      }
      await next();
    };

  return {
    cors: corsBy(settingsOf),
    requireCaller: guard(callerOf),
    requireKey: guard(keyHolderOf),
    tokenSecrets: ({ env }) => settingsOf(env).tokenSecrets,
  };
}

async function checkRate(c: Context<AppEnv>, caller: Caller): Promise<void> {
  if (caller.kind === 'key') await count(c, 'key', caller.name);
  if (caller.kind === 'visitor') await count(c, 'visitor', `${caller.site} ${networkOf(c)}`);
}

/** Whoever keeps trying is told to wait: nobody guesses a key, but a program that was set up wrongly asks for ever. */
async function refuse(c: Context<AppEnv>, problem: unknown): Promise<never> {
  await count(c, 'visitor', `refused ${networkOf(c)}`);
  throw problem;
}

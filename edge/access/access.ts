/**
 * @file Access control: middleware that runs before a request body is read.
 *
 * | variable (wrangler.toml) or secret | who may call                                                                   |
 * | ---------------------------------- | ------------------------------------------------------------------------------ |
 * | none of the next four              | clients and pages on this machine; elsewhere the service is closed              |
 * | `API_KEYS`, a secret               | holders of an API key; the secret contains only hashes                          |
 * | the bucket `KEYS`                  | holders of a key with a record in it (key-store.ts), and the Worker's own pages |
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
import {
  type FindRecord,
  identifyCaller,
  identifyKeyHolder,
  identifyLimitedCaller,
  isLocal,
} from './caller.ts';
import { createCors, isFromForeignPage, isHiddenFromPage, letEveryPageRead } from './cors.ts';
import type { Scope } from './key-record.ts';
import { KeyStore } from './key-store.ts';
import { clientNetwork, enforceCallerRate, enforceRate } from './limiter.ts';
import { cachedSettings } from './settings.ts';
import { checkTurnstile } from './turnstile.ts';

export interface Access {
  cors: MiddlewareHandler<AppEnv>;
  /** Guards classification: admits API keys, site keys and, when the service is open, everyone. */
  requireCaller: MiddlewareHandler<AppEnv>;
  /** Guards the renewal of tokens: the same callers, without Turnstile, which they passed for the first token. */
  requireEarlierCaller: MiddlewareHandler<AppEnv>;
  /** Guards operations of the service's owner: admits only API keys and, without any access variable, this machine. */
  requireApiKey(scope: Scope): MiddlewareHandler<AppEnv>;
  /** For public routes of models: shows the holder of a limited key only its models. Admits everybody, but few requests with unknown keys. */
  limitModels: MiddlewareHandler<AppEnv>;
  /** For public routes that load models: limits the requests of a network, except of this machine. */
  limitNetwork: MiddlewareHandler<AppEnv>;
  /** Returns the secrets that sign and verify tokens. Empty when TOKEN_SECRET is not set. */
  tokenSecrets(c: Context<AppEnv>): readonly string[];
}

interface AccessOptions {
  /** Milliseconds since the epoch. */
  now: () => number;
  /** Called before a request waits for the record of its key: what it needs later can load meanwhile. */
  onWait(c: Context<AppEnv>): void;
}

interface GuardOptions {
  scope: Scope;
  turnstile?: boolean;
}

/** Reads the settings from the variables of the first request. */
export function createAccess({ now, onWait }: AccessOptions): Access {
  const settingsOf = cachedSettings();
  const keys = new KeyStore(now);

  function finderOf(c: Context<AppEnv>): FindRecord | undefined {
    const bucket = c.env.KEYS;
    const waitUntil = (work: Promise<unknown>) => c.executionCtx.waitUntil(work);
    return bucket && ((key) => keys.find(key, { bucket, waitUntil, onWait: () => onWait(c) }));
  }

  function isLocalCall(c: Context<AppEnv>): boolean {
    try {
      return isLocal(c.req, settingsOf(c.env));
    } catch {
      // A wrong variable closes no public route. The guards of the others report it.
      return false;
    }
  }

  const guard =
    (
      identify: typeof identifyCaller,
      { scope, turnstile = false }: GuardOptions,
    ): MiddlewareHandler<AppEnv> =>
    async (c, next) => {
      try {
        const settings = settingsOf(c.env);
        const credentials = { settings, findRecord: finderOf(c), scope };
        const caller = await identify(c.req, credentials).catch((problem) => refuse(c, problem));
        if (caller.kind !== 'key' && isHiddenFromPage(c)) await refuse(c, hiddenFromPage());
        // A page of the web is not this machine, although a browser on this machine sends its requests.
        if (caller.kind === 'local' && isFromForeignPage(c)) await refuse(c, hiddenFromPage());
        c.var.record.caller = caller;
        await enforceCallerRate(c, caller);
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
    requireCaller: guard(identifyCaller, { scope: 'classify', turnstile: true }),
    requireEarlierCaller: guard(identifyCaller, { scope: 'classify' }),
    requireApiKey: (scope) => guard(identifyKeyHolder, { scope }),
    limitModels: async (c, next) => {
      let isUnknown = false;
      try {
        const find = finderOf(c);
        const findRecord: FindRecord | undefined =
          find &&
          (async (key) => {
            const record = await find(key);
            isUnknown = !record;
            return record;
          });
        const credentials = { settings: settingsOf(c.env), findRecord };
        const caller = await identifyLimitedCaller(c.req, credentials);
        if (caller) c.var.record.caller = caller;
      } catch {
        // A wrong variable or a bucket that fails closes no public route. The guards of the others report it.
      }
      // Each unknown key costs a read.
      if (isUnknown) await enforceRate(c, 'visitor', `refused ${clientNetwork(c)}`);
      await next();
    },
    limitNetwork: async (c, next) => {
      if (!isLocalCall(c)) await enforceRate(c, 'visitor', `public ${clientNetwork(c)}`);
      await next();
    },
    tokenSecrets: ({ env }) => settingsOf(env).tokenSecrets,
  };
}

/** Without this refusal, a script would take the response that it cannot read for a broken connection. */
const hiddenFromPage = (): HttpProblem =>
  new HttpProblem(
    'wrong-origin',
    'Pages of this origin may not read responses. Add the origin to ALLOWED_ORIGINS.',
  );

/** Counts refused requests against the rate limit, because a misconfigured client would retry forever. A 503 is not its fault. */
async function refuse(c: Context<AppEnv>, problem: unknown): Promise<never> {
  if (!(problem instanceof HttpProblem) || problem.status < 500)
    await enforceRate(c, 'visitor', `refused ${clientNetwork(c)}`);
  throw problem;
}

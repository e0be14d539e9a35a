/** @file The app: middleware, and where the routes of each API are mounted. */

import type { Context } from 'hono';
import { methodNotAllowed } from 'hono/method-not-allowed';
import { createAccess } from './access/access.ts';
import { hfRoutes } from './api/hf/routes.ts';
import { oipRoutes } from './api/oip/routes.ts';
import { serviceRoutes } from './api/service/routes.ts';
import { v1Routes } from './api/v1/routes.ts';
import type { AppEnv } from './http/env.ts';
import { release } from './http/held.ts';
import { prefersHtml } from './http/negotiate.ts';
import { problemPage } from './http/page/problem-page.ts';
import { HttpProblem, toProblem } from './http/problem.ts';
import { newRecord } from './http/record.ts';
import { createRouter } from './http/router.ts';
import { createSelectManifest, createSelectModel, preloadModel } from './inference/select-model.ts';
import { pinnedAsset } from './pinned-assets.ts';
import { Registry, type RegistryOptions } from './registry/registry.ts';
import { Telemetry } from './telemetry/telemetry.ts';

export function createApp(options: Omit<RegistryOptions, 'onEvent'>) {
  const { now = Date.now } = options;
  const telemetry = new Telemetry(now);
  const registry = new Registry({ ...options, onEvent: (event) => telemetry.registryEvent(event) });
  const selectModel = createSelectModel(registry);
  const selectManifest = createSelectManifest(registry);
  const access = createAccess({ now, onWait: (c) => preloadModel(c, registry) });
  const app = createRouter();

  let isFirst = true;
  async function afterResponse(c: Context<AppEnv>): Promise<void> {
    // The first log line of an isolate takes as long as a small image. Wait until the response has left.
    if (isFirst) {
      isFirst = false;
      await scheduler.wait(0);
    }
    telemetry.requestCompleted(c);
    await registry.refresh(c.env.MODELS);
    telemetry.logEvents();
  }

  app.use(async (c, next) => {
    c.set('requestId', crypto.randomUUID());
    c.set('record', newRecord());
    const response = next();
    // Also when the client hangs up, a request ends in order, so that it holds nothing any more.
    c.executionCtx.waitUntil(response);
    await response;
    release(c.var.record);
    await addLength(c);
    c.header('x-request-id', c.var.requestId);
    c.executionCtx.waitUntil(afterResponse(c));
  });
  app.use(access.cors);
  app.use(
    methodNotAllowed({
      app,
      onMethodNotAllowed: (c, methods) => {
        const headers = { allow: methods.join(', ') };
        const detail = `This path accepts only ${methods.join(' and ')}.`;
        return respond(c, new HttpProblem('method-not-allowed', detail, { headers }));
      },
    }),
  );
  app.notFound(async (c) => {
    const detail = 'There is no route for this path. GET / lists the routes.';
    return (await pinnedAsset(c)) ?? respond(c, new HttpProblem('not-found', detail));
  });
  app.onError((error, c) => {
    c.var.record.error = error;
    return respond(c, toProblem(error));
  });

  // Each route declares its guard from `access`. web/site serves the pages.
  return app
    .route('/v1', v1Routes({ selectModel, selectManifest, registry, access, now }))
    .route('/hf', hfRoutes({ selectModel, access }))
    .route('/v2', oipRoutes({ selectModel, selectManifest, access, now }))
    .route('/', serviceRoutes({ selectModel, registry, access, telemetry }));
}

/** The type of the app, from which client.ts derives paths and responses. */
export type AppType = ReturnType<typeof createApp>;

/** Adds the length of the body to the response to HEAD, because Hono removes the body before workerd measures it. */
async function addLength(c: Context<AppEnv>): Promise<void> {
  if (c.req.method !== 'HEAD' || !c.res.body) return;
  const { byteLength } = await c.res.arrayBuffer();
  c.header('content-length', `${byteLength}`);
}

/** Responds with a problem: a page for browsers, otherwise in the format of the API, which is `{"error"}` for /hf and /v2. */
async function respond(c: Context<AppEnv>, problem: HttpProblem): Promise<Response> {
  c.var.record.problem = problem.type;
  const response = await render(problem, c);
  response.headers.append('vary', 'Accept');
  return response;
}

async function render(problem: HttpProblem, { req, var: { requestId } }: Context<AppEnv>): Promise<Response> {
  if (prefersHtml(req)) {
    return problemPage(problem, req.method, requestId);
  }
  const isPlain = /^\/(hf|v2)(\/|$)/.test(req.path);
  return isPlain ? problem.toPlainResponse() : problem.toResponse(requestId);
}

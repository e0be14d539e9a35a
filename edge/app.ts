/** @file The API: every address, or the file that has those behind it. What is said here in a line is done in the file the line names. */
import type { Context } from 'hono';
import { methodNotAllowed } from 'hono/method-not-allowed';
import { checkGolden } from '#shared/inference/model.ts';
import { createAccess } from './access/access.ts';
import { hfRoutes } from './api/hf/routes.ts';
import { oipRoutes } from './api/oip/routes.ts';
import { indexPage } from './api/service/index-page.ts';
import { nameOf, v1Routes } from './api/v1/routes.ts';
import { wantsPage } from './api/v1/wants-page.ts';
import type { AppEnv } from './env.ts';
import { earlierFile } from './pinned-assets.ts';
import { HttpProblem, PROBLEMS, type ProblemType, toProblem } from './problem.ts';
import { createRegistry, type RegistryOptions } from './registry/registry.ts';
import { newRoutes } from './routes.ts';
import { servingFrom } from './serving.ts';
import { newRecord } from './telemetry/request.ts';
import { createTelemetry } from './telemetry/telemetry.ts';

export function createApp(options: Omit<RegistryOptions, 'onEvent'>) {
  const telemetry = createTelemetry(options.now);
  const registry = createRegistry({ ...options, onEvent: telemetry.registryEvent });
  const serving = servingFrom(registry);
  const access = createAccess();
  const app = newRoutes();

  /** The first line that an isolate logs takes as long as a small image: nobody waits for it, nor for a timer afterwards. */
  let hasAnswered = false;
  async function afterAnswer(c: Context<AppEnv>): Promise<void> {
    if (!hasAnswered) {
      hasAnswered = true;
      await scheduler.wait(0);
    }
    telemetry.requestEnded(c);
    await registry.refresh(c.env.MODELS);
    telemetry.logEvents();
  }

  app.use(async (c, next) => {
    c.set('requestId', crypto.randomUUID());
    c.set('record', newRecord());
    await next();
    c.header('x-request-id', c.var.requestId);
    c.executionCtx.waitUntil(afterAnswer(c));
  });
  app.use(access.cors);
  app.use(
    methodNotAllowed({
      app,
      onMethodNotAllowed: (c, methods) => {
        const headers = { allow: methods.join(', ') };
        return refuse(c, new HttpProblem('method-not-allowed', `Use ${methods.join(' or ')}.`, { headers }));
      },
    }),
  );
  app.notFound(
    async (c) =>
      (await earlierFile(c)) ?? refuse(c, new HttpProblem('not-found', 'GET / lists all addresses.')),
  );
  app.onError((error, c) => {
    c.var.record.error = error;
    return refuse(c, toProblem(error));
  });

  // Metadata, documents and health are everybody's. The addresses are those of the routes, so that others stay 404 and 405.
  app.on(
    'POST',
    [
      '/v1/classify',
      '/hf/models/:name',
      '/v2/models/:name/infer',
      '/v2/models/:name/versions/:version/infer',
    ],
    access.requireCaller,
  );

  app.post('/v1/verify', access.requireKey);

  return (
    app
      // What is not about an answer, web/site serves.
      .get('/', indexPage)
      .route('/v1', v1Routes({ serving, registry, access, now: options.now ?? Date.now }))
      .route('/hf', hfRoutes(serving))
      .route('/v2', oipRoutes(serving))
      .get('/health/live', (c) => c.json({ status: 'live' }))
      .get('/health/ready', async (c) => {
        const model = await serving(c);
        await checkGolden(model);
        const { engine } = model;
        const store = registry.store();
        const status = store.error === null ? 'ready' : 'degraded';
        const worker = c.env.CF_VERSION_METADATA?.id ?? null;
        return c.json({ status, worker, model: nameOf(model), engine, store });
      })
      .get('/metrics', access.requireKey, () => telemetry.metrics(registry))
      .get('/problems/:type', (c) => {
        const type = c.req.param('type');
        if (!Object.hasOwn(PROBLEMS, type)) return c.notFound();
        return c.json({ type: `/problems/${type}`, ...PROBLEMS[type as ProblemType] });
      })
  );
}

/** What client.ts knows of the API. */
export type AppType = ReturnType<typeof createApp>;

/** Two interfaces are others', who say errors in another way; a form without script shows its answer to people. */
async function refuse(c: Context<AppEnv>, problem: HttpProblem): Promise<Response> {
  c.var.record.problem = problem.type;
  if (wantsPage(c.req)) return (await import('./api/v1/page/page.ts')).problemPage(problem, c.var.requestId);
  const isPlain = /^\/(hf|v2)(\/|$)/.test(c.req.path);
  return isPlain ? problem.toPlainResponse() : problem.toResponse(c.var.requestId);
}

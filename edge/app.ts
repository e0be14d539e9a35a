/** @file The API: every address in one expression. What is said here in a line is done in the file the line names. */
import { Hono } from 'hono';
import { methodNotAllowed } from 'hono/method-not-allowed';
import { validator } from 'hono/validator';
import { classify } from './classify.ts';
import { readImage } from './decode.ts';
import { indexText } from './index-text.ts';
import type { ServedModel } from './model.ts';
import { HttpProblem, PROBLEMS, type ProblemType, toProblem } from './problem.ts';
import { createRegistry, type RegistryOptions } from './registry.ts';

export interface AppEnv {
  Bindings: { MODELS: R2Bucket };
  Variables: { requestId: string };
}

/** Every answer holds at most as many predictions as there are labels, and all of them unless asked for fewer. */
const MAX_TOP_K = 10;

export function createApp(options: RegistryOptions) {
  const registry = createRegistry(options);
  const app = new Hono<AppEnv>();

  app.use(async (c, next) => {
    c.set('requestId', crypto.randomUUID());
    c.header('x-request-id', c.var.requestId);
    await next();
    c.executionCtx.waitUntil(registry.refresh(c.env.MODELS));
  });
  app.use(
    methodNotAllowed({
      app,
      onMethodNotAllowed: (c, methods) =>
        new HttpProblem('method-not-allowed', `Use ${methods.join(' or ')}.`, {
          headers: { allow: methods.join(', ') },
        }).toResponse(c.var.requestId),
    }),
  );
  app.notFound((c) => new HttpProblem('not-found', 'GET / lists all addresses.').toResponse(c.var.requestId));
  app.onError((error, c) => {
    const problem = toProblem(error);
    if (PROBLEMS[problem.type].status >= 500) console.error(c.var.requestId, error);
    return problem.toResponse(c.var.requestId);
  });

  return app
    .get('/', (c) => c.text(indexText(new URL(c.req.url).origin)))
    .post('/v1/classify', validator('query', parseTopK), async (c) => {
      const pixels = await readImage(c.req.raw);
      const model = await registry.model(c.env.MODELS);
      const predictions = await classify(model, pixels, c.req.valid('query').top_k);
      return c.json({ id: c.var.requestId, model: nameOf(model), predictions });
    })
    .get('/v1/models', async (c) => c.json({ models: [nameOf(await registry.model(c.env.MODELS))] }))
    .get('/v1/models/:name', async (c) => {
      if (c.req.param('name') !== registry.name) {
        throw new HttpProblem('unknown-model', 'GET /v1/models lists what is served.');
      }
      const { alias, manifest } = await registry.model(c.env.MODELS);
      return c.json({ alias, ...manifest });
    })
    .get('/health/live', (c) => c.json({ status: 'live' }))
    .get('/health/ready', async (c) => {
      const model = await registry.model(c.env.MODELS);
      return c.json({
        status: 'ready',
        model: nameOf(model),
        engine: options.engine.name,
        store: registry.store(),
      });
    })
    .get('/problems/:type', (c) => {
      const type = c.req.param('type');
      if (!Object.hasOwn(PROBLEMS, type)) return c.notFound();
      return c.json({ type: `/problems/${type}`, ...PROBLEMS[type as ProblemType] });
    });
}

/** For a typed client: `hc<AppType>(address)`. @public */
export type AppType = ReturnType<typeof createApp>;

/** Which model gave an answer. */
function nameOf({ manifest: { name, version }, alias }: ServedModel) {
  return { name, version, alias };
}

function parseTopK({ top_k = `${MAX_TOP_K}` }: Record<string, string | string[]>): { top_k: number } {
  const topK = typeof top_k === 'string' && /^\d{1,2}$/.test(top_k) ? Number(top_k) : 0;
  if (topK < 1 || topK > MAX_TOP_K) {
    throw new HttpProblem('invalid-query', `top_k must be one whole number from 1 to ${MAX_TOP_K}.`);
  }
  return { top_k: topK };
}

/** @file This service's own interface. */
import type { MiddlewareHandler } from 'hono';
import { abstentionOf } from '#shared/abstention.ts';
import { ImageError } from '#shared/decode/image-error.ts';
import { rankLabels } from '#shared/predictions.ts';
import { type Classified, classifyEach, classifyOne } from '../classify.ts';
import type { AppEnv } from '../env.ts';
import type { ServedModel } from '../model.ts';
import { toProblem } from '../problem.ts';
import { newRoutes } from '../routes.ts';
import type { Serving } from '../serving.ts';
import { query } from '../validate.ts';
import type { ManyAnswer, ModelName, OneAnswer, Said } from './answers.ts';
import { etagOf, namesTag } from './etag.ts';
import { explanationOf } from './explanation.ts';
import { ClassifyQuery } from './requests.ts';
import { readUpload } from './upload.ts';

export function v1Routes(serving: Serving) {
  return newRoutes()
    .post('/classify', serverTiming, query(ClassifyQuery), async (c) => {
      const { top_k, explain, ...pinned } = c.req.valid('query');
      const upload = await readUpload(c.req.raw, c.var.record);
      const model = await serving(c, pinned);
      const etag = await etagOf(upload, model, { top_k, explain });
      c.header('etag', etag);
      // RFC 9110 knows 304 for GET and HEAD alone. This POST is as safe as they are, and whoever sends the field expects it.
      if (namesTag(c.req.header('if-none-match'), etag)) return c.body(null, 304);

      const head = { id: c.var.requestId, model: nameOf(model) };
      const say = async ({ photo, logits }: Classified): Promise<Said> => {
        const ranked = rankLabels(logits, model.manifest);
        return {
          predictions: ranked.slice(0, top_k),
          abstained: abstentionOf(photo, ranked) ?? null,
          ...(explain && { explanation: await explanationOf(photo) }),
        };
      };
      const [picture] = upload.pictures;
      if (picture && !upload.isList) {
        const said = await say(await classifyOne(model, picture, c.var.record));
        return c.json({ ...head, ...said } satisfies OneAnswer);
      }
      const results: ManyAnswer['results'] = [];
      for (const [index, classified] of (
        await classifyEach(model, upload.pictures, c.var.record)
      ).entries()) {
        const refused = classified instanceof ImageError;
        results.push({
          index,
          ...(refused ? { problem: toProblem(classified).details(head.id) } : await say(classified)),
        });
      }
      return c.json({ ...head, results } satisfies ManyAnswer);
    })
    .get('/models', async (c) => c.json({ models: [nameOf(await serving(c))] }))
    .get('/models/:name', async (c) => {
      const { alias, manifest } = await serving(c, c.req.param());
      return c.json({ alias, ...manifest });
    });
}

/** Which model gave an answer. */
export function nameOf({ manifest: { name, version }, alias }: ServedModel): ModelName {
  return { name, version, alias };
}

/**
 * What the request has waited for, as `Server-Timing`; for the store because of the model. Decoding and inference are not in it: on
 * Cloudflare the clock stands still while a Worker computes, so that they would be said to take no time.
 * https://developers.cloudflare.com/workers/runtime-apis/performance/
 */
const serverTiming: MiddlewareHandler<AppEnv> = async (c, next) => {
  await next();
  const { body, store: model } = c.var.record.waits;
  const waits = Object.entries({ body, model }).filter(
    (wait): wait is [string, number] => wait[1] !== undefined,
  );
  if (waits.length > 0)
    c.header('server-timing', waits.map(([name, time]) => `${name};dur=${time.toFixed(1)}`).join());
};

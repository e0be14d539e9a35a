/** @file This service's own interface. */
import type { Context, MiddlewareHandler } from 'hono';
import { ImageError } from '#shared/decode/image-error.ts';
import { sha256 } from '#shared/digest.ts';
import { resultOf } from '#shared/inference/result.ts';
import type { Access } from '../../access/access.ts';
import { type Classified, classifyEach, classifyOne, type Picture } from '../../classify.ts';
import type { AppEnv } from '../../env.ts';
import { HttpProblem, toProblem } from '../../problem.ts';
import type { Registry } from '../../registry/registry.ts';
import type { ServedModel } from '../../registry/served-model.ts';
import { newRoutes } from '../../routes.ts';
import type { Serving } from '../../serving.ts';
import { readBody } from '../body.ts';
import { check, parseJson, query } from '../validate.ts';
import { etagOf, namesTag } from './etag.ts';
import { ClassifyQuery, VerifyRequest } from './requests.ts';
import type { ClassifyBatchResponse, ClassifyResponse, ClassifyResult, ModelInfo } from './responses.ts';
import { tokenVerification } from './token-verification.ts';
import { readUpload } from './upload.ts';
import { wantsPage } from './wants-page.ts';

export interface V1Parts {
  serving: Serving;
  registry: Pick<Registry, 'name' | 'weights'>;
  access: Pick<Access, 'tokenSecrets'>;
  /** Milliseconds since the epoch. */
  now: () => number;
}

/** What never changes may be kept for ever. */
const IMMUTABLE = 'public, max-age=31536000, immutable';

export function v1Routes({ serving, registry, access, now }: V1Parts) {
  return newRoutes()
    .post('/classify', serverTiming, query(ClassifyQuery), async (c) => {
      const { top_k, explain, sign, ...pinned } = c.req.valid('query');
      const isPage = wantsPage(c.req);
      const wishes = { top_k, explain: explain || isPage };
      const upload = await readUpload(c.req.raw, c.var.record);
      const model = await serving(c, pinned);
      const etag = await etagOf(upload, model, wishes);
      c.header('etag', etag);
      // RFC 9110 knows 304 for GET and HEAD alone. This POST is as safe as they are, and whoever sends the field expects it. A
      // token that somebody holds already is no new one.
      if (!sign && namesTag(c.req.header('if-none-match'), etag)) return c.body(null, 304);

      const head = { id: c.var.requestId, model: nameOf(model) };
      const say = async (picture: Picture, classified: Classified): Promise<ClassifyResult> => {
        const said = await resultOf(classified, model.manifest, wishes);
        return sign ? { ...said, token: await signed(c, picture, said, model) } : said;
      };
      const [picture] = upload.pictures;
      const { record } = c.var;
      if (picture && !upload.isList) {
        const said = await say(picture, await classifyOne(model, picture, record));
        const answer: ClassifyResponse = { ...head, ...said };
        return isPage ? answerPage(answer) : c.json(answer);
      }
      const classified = await classifyEach(model, upload.pictures, record);
      const results: ClassifyBatchResponse['results'] = [];
      for (const [index, picture] of upload.pictures.entries()) {
        const one = classified[index] as Classified | ImageError;
        const refused = one instanceof ImageError;
        const said = refused ? { problem: toProblem(one).details(head.id) } : await say(picture, one);
        results.push({ index, ...said });
      }
      const answer: ClassifyBatchResponse = { ...head, results };
      return isPage ? answerPage(answer) : c.json(answer);
    })
    .post('/verify', async (c) => {
      const body = check(VerifyRequest, parseJson(await readBody(c.req.raw, c.var.record)));
      const question = { ...body, siteKey: body.site_key, idempotencyKey: body.idempotency_key };
      const { verifyToken } = await import('../../token/verify.ts');
      return c.json(
        tokenVerification(await verifyToken(question, access.tokenSecrets(c), c.env.MODELS, now())),
      );
    })
    .get('/models', async (c) => c.json({ models: [nameOf(await serving(c))] }))
    .get('/models/:name', async (c) => {
      const { alias, manifest } = await serving(c, c.req.param());
      return c.json({ alias, ...manifest });
    })
    .get('/models/:name/versions/:version', async (c) => {
      const { alias, manifest } = await serving(c, c.req.param());
      c.header('cache-control', IMMUTABLE);
      return c.json({ alias, ...manifest });
    })
    .get('/models/:name/versions/:version/onnx', async (c) => {
      // Whether there is such a model is the same question for its manifest and for its weights.
      const { manifest } = await serving(c, c.req.param());
      const weights = await registry.weights(c.env.MODELS, manifest.version);
      if (!weights) throw new HttpProblem('unknown-version', 'The object store has its manifest alone.');
      c.header('cache-control', IMMUTABLE);
      return c.body(weights, 200, { 'content-type': 'application/octet-stream' });
    });

  async function signed(
    c: Context<AppEnv>,
    { bytes }: Picture,
    said: ClassifyResult,
    { manifest }: ServedModel,
  ) {
    const { predictions, abstained } = said;
    const [{ label, score }] = predictions as [ClassifyResult['predictions'][number]];
    const { name: model, version } = manifest;
    const statement = { label, score, abstained, sha256: await sha256(bytes), model, version };
    const { signToken } = await import('../../token/sign.ts');
    return signToken(statement, access.tokenSecrets(c), c.var.record.caller, now());
  }
}

/** Imported when asked for: few ask. A page is no part of what client.ts knows. */
async function answerPage(answer: ClassifyResponse | ClassifyBatchResponse): Promise<never> {
  return (await import('./page/page.ts')).answerPage(answer) as Promise<never>;
}

/** Which model gave an answer. */
export function nameOf({ manifest: { name, version }, alias }: ServedModel): ModelInfo {
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

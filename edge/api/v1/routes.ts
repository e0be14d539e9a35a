/** @file Routes of /v1, the API of this service. */

import type { MiddlewareHandler } from 'hono';
import { mayUse } from '../../access/allowed-models.ts';
import { parseBody, readBody } from '../../http/body.ts';
import type { AppEnv } from '../../http/env.ts';
import { IMMUTABLE, sendFile } from '../../http/file.ts';
import { HttpProblem } from '../../http/problem.ts';
import { createRouter } from '../../http/router.ts';
import { check, noParameters, onlySiteKey, query } from '../../http/validate.ts';
import type { SelectManifest } from '../../inference/select-model.ts';
import type { Registry } from '../../registry/registry.ts';
import { modelInfo } from '../../registry/served-model.ts';
import { renewToken } from '../../token/renew.ts';
import { verifyToken } from '../../token/verify.ts';
import { type ClassifyDependencies, classify, classifyFile } from './classify.ts';
import { ClassifyQuery, RenewRequest, VerifyRequest } from './requests.ts';
import type { ModelInfo } from './responses.ts';
import { tokenVerification } from './token-verification.ts';

export interface V1Dependencies extends ClassifyDependencies {
  selectManifest: SelectManifest;
  registry: Pick<Registry, 'name' | 'others' | 'weights'>;
}

export function v1Routes({ selectModel, selectManifest, registry, access, now }: V1Dependencies) {
  const dependencies = { selectModel, access, now };
  return createRouter()
    .post('/classify', access.requireCaller, serverTiming, query(ClassifyQuery), (c) =>
      classify(c, c.req.valid('query'), dependencies),
    )
    .post('/classify/file', access.requireCaller, serverTiming, query(ClassifyQuery), (c) =>
      classifyFile(c, c.req.valid('query'), dependencies),
    )
    .post('/models/:name/classify', access.requireCaller, serverTiming, query(ClassifyQuery), (c) =>
      classify(c, { ...c.req.valid('query'), ...c.req.param() }, dependencies),
    )
    .post('/models/:name/classify/file', access.requireCaller, serverTiming, query(ClassifyQuery), (c) =>
      classifyFile(c, { ...c.req.valid('query'), ...c.req.param() }, dependencies),
    )
    .post('/renew', access.requireEarlierCaller, onlySiteKey, async (c) => {
      const { record } = c.var;
      const { token } = check(RenewRequest, parseBody(await readBody(c.req.raw, record), record));
      const secrets = access.tokenSecrets(c);
      return c.json({ token: await renewToken(token, secrets, record.caller, c.env.MODELS, now()) });
    })
    .post('/verify', access.requireApiKey('verify'), noParameters, async (c) => {
      const { record } = c.var;
      const body = check(VerifyRequest, parseBody(await readBody(c.req.raw, record), record));
      const { caller } = record;
      const request = { ...body, siteKey: body.site_key, idempotencyKey: body.idempotency_key, caller };
      const verified = await verifyToken(request, access.tokenSecrets(c), c.env.MODELS, now());
      return c.json(tokenVerification(verified));
    })
    .get('/models', noParameters, access.limitModels, async (c) => {
      const { caller } = c.var.record;
      const first = mayUse(caller, registry.name) ? [modelInfo(await selectModel(c))] : [];
      const others = (await registry.others(c.env.MODELS)).filter(({ name }) => mayUse(caller, name));
      const models: ModelInfo[] = [...first, ...others];
      return c.json({ models });
    })
    .get('/models/:name', noParameters, access.limitModels, async (c) => {
      const { alias, manifest } = await selectManifest(c, c.req.param());
      return c.json({ alias, ...manifest });
    })
    .get('/models/:name/versions/:version', noParameters, access.limitModels, async (c) => {
      const { alias, manifest } = await selectManifest(c, c.req.param());
      c.header('cache-control', IMMUTABLE);
      return c.json({ alias, ...manifest });
    })
    .get('/models/:name/versions/:version/onnx', noParameters, access.limitModels, async (c) => {
      // Selects the manifest first, so that unknown models and versions get the same problems as above.
      const { manifest } = await selectManifest(c, c.req.param());
      const { name, version, bytes: size } = manifest;
      // The version is the SHA-256 of the file.
      return sendFile(c, {
        size,
        etag: `"${version}"`,
        async open(range) {
          const file = await registry.weights(c.env.MODELS, name, version, range);
          if (file) return file;
          const detail =
            'The object store has the manifest of this version but not its ONNX file. Push it again.';
          throw new HttpProblem('unknown-version', detail);
        },
      });
    });
}

/**
 * Adds `Server-Timing` with the time that the request waited for its body and for the model. Decoding and inference are missing:
 * Cloudflare stops the clock while a Worker computes, so they would appear to take no time.
 * https://developers.cloudflare.com/workers/runtime-apis/performance/
 */
const serverTiming: MiddlewareHandler<AppEnv> = async (c, next) => {
  await next();
  const { body, store: model } = c.var.record.waits;
  const waits = Object.entries({ body, model }).filter(
    (wait): wait is [string, number] => wait[1] !== undefined,
  );
  if (waits.length > 0) {
    c.header('server-timing', waits.map(([name, time]) => `${name};dur=${time.toFixed(1)}`).join());
  }
};

/** @file The interface of Hugging Face's image classification, for clients that know it. */
import * as v from 'valibot';
import { detectFormat } from '#shared/decode/format.ts';
import { classifyOne } from '../../classify.ts';
import { newRoutes } from '../../routes.ts';
import type { Serving } from '../../serving.ts';
import type { RequestRecord } from '../../telemetry/request.ts';
import { mediaType, readBody } from '../body.ts';
import { check, parseJson } from '../validate.ts';
import { HfParameters, HfRequest } from './requests.ts';
import { scoresOf } from './scores.ts';

export function hfRoutes(serving: Serving) {
  return newRoutes().post('/models/:name', async (c) => {
    const { inputs, parameters } = await readRequest(c.req.raw, c.var.record);
    const model = await serving(c, c.req.param());
    const { logits } = await classifyOne(model, { kind: 'file', bytes: inputs }, c.var.record);
    const { function_to_apply, top_k } = v.parse(HfParameters, parameters ?? {});
    return c.json(scoresOf(model.manifest, logits, function_to_apply).slice(0, top_k));
  });
}

/** JSON, or the bytes of the image alone. */
async function readRequest(request: Request, record: RequestRecord) {
  const body = await readBody(request, record);
  const isJson = mediaType(request) === 'application/json' && !detectFormat(body);
  return isJson ? check(HfRequest, parseJson(body)) : { inputs: body, parameters: undefined };
}

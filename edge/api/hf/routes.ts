/** @file Routes of /hf: Hugging Face's image classification, for its clients. */
import * as v from 'valibot';
import { detectFormat } from '#shared/decode/format.ts';
import type { Access } from '../../access/access.ts';
import { mediaType, parseBody, readBody } from '../../http/body.ts';
import { checkImageBody } from '../../http/image-body.ts';
import type { RequestRecord } from '../../http/record.ts';
import { createRouter } from '../../http/router.ts';
import { check, onlySiteKey } from '../../http/validate.ts';
import { classifyOne } from '../../inference/classify.ts';
import type { SelectModel } from '../../inference/select-model.ts';
import { HfParameters, HfRequest } from './requests.ts';
import { scoresOf } from './scores.ts';

export interface HfDependencies {
  selectModel: SelectModel;
  access: Access;
}

export function hfRoutes({ selectModel, access }: HfDependencies) {
  return createRouter().post('/models/:name', access.requireCaller, onlySiteKey, async (c) => {
    const { inputs, parameters } = await readRequest(c.req.raw, c.var.record);
    const model = await selectModel(c, c.req.param());
    const { logits } = await classifyOne(c, model, { kind: 'file', bytes: inputs });
    const { function_to_apply, top_k } = v.parse(HfParameters, parameters ?? {});
    return c.json(scoresOf(model.manifest, logits, function_to_apply).slice(0, top_k));
  });
}

/** Reads a JSON request, or an image file as the whole body. */
async function readRequest(request: Request, record: RequestRecord) {
  const body = await readBody(request, record);
  const type = mediaType(request.headers.get('content-type'));
  if (!detectFormat(body)) {
    if (type === 'application/json') return check(HfRequest, parseBody(body, record));
    checkImageBody(body, type);
  }
  return { inputs: body, parameters: undefined };
}

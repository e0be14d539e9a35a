/** @file Handles `POST /v1/classify` and `POST /v1/classify/file`. */

import type { Context, TypedResponse } from 'hono';
import type * as v from 'valibot';
import { ImageError } from '#shared/decode/image-error.ts';
import { sha256 } from '#shared/digest.ts';
import { resultOf } from '#shared/inference/result.ts';
import { bytesOf } from '#shared/input/preprocessing.ts';
import { answersOf } from '#shared/predictions.ts';
import type { Access } from '../../access/access.ts';
import { readBody } from '../../http/body.ts';
import type { AppEnv } from '../../http/env.ts';
import { checkImageCount, mostExplained } from '../../http/limits.ts';
import { prefersHtml } from '../../http/negotiate.ts';
import { HttpProblem, toProblem } from '../../http/problem.ts';
import {
  type ClassifiedImage,
  classifyEach,
  classifyOne,
  type ImageInput,
} from '../../inference/classify.ts';
import type { SelectModel } from '../../inference/select-model.ts';
import { modelInfo, type ServedModel } from '../../registry/served-model.ts';
import { signingSecret, signToken } from '../../token/sign.ts';
import { etagOf } from './etag.ts';
import { responsePage } from './page/result-page.ts';
import type { ClassifyQuery } from './requests.ts';
import type { ClassifyBatchResponse, ClassifyResponse, ClassifyResult } from './responses.ts';
import { readUpload } from './upload.ts';

export interface ClassifyDependencies {
  selectModel: SelectModel;
  access: Access;
  /** Milliseconds since the epoch. */
  now: () => number;
}

type Query = v.InferOutput<typeof ClassifyQuery>;

/**
 * Responds with the result of one image or several, as JSON or as a page.
 * @param isSingle whether the request must have one image, and the response is always its result as JSON
 * @throws HttpProblem, ImageError, and ExplainedError when no model can serve
 */
export async function classify(
  c: Context<AppEnv>,
  { top_k: wanted, explain, sign, ...selector }: Query,
  { selectModel, access, now }: ClassifyDependencies,
  isSingle = false,
) {
  const { record, requestId: id } = c.var;
  const isPage = !isSingle && prefersHtml(c.req);
  // Before anything that can fail: an unread body breaks the next request on the same connection.
  const body = await readBody(c.req.raw, record);
  // Before any image is classified.
  if (sign) signingSecret(access.tokenSecrets(c));
  const model = await selectModel(c, selector);
  const options = { top_k: topKOf(model, wanted), explain: explain || isPage };
  const type = c.req.header('content-type') ?? '';
  const imageBytes = bytesOf(model.input.shape);
  const { images, isList } = readUpload(body, type, imageBytes, record);
  if (isSingle) checkImageCount(images.length, 1);
  if (options.explain) checkImageCount(images.length, mostExplained(imageBytes));

  async function resultFor(image: ImageInput, classified: ClassifiedImage): Promise<ClassifyResult> {
    const result = await resultOf(classified, model, options);
    if (!sign) return result;
    const signed = await signedResult(image, result, model);
    return { ...result, token: await signToken(signed, access.tokenSecrets(c), record.caller, now()) };
  }

  /** Called last: only then is it certain that there is a result for the tag to describe. */
  async function respond<R extends ClassifyResponse | ClassifyBatchResponse>(response: R) {
    c.header('etag', await etagOf({ images, isList }, model, { ...options, isPage }));
    c.header('vary', 'Accept');
    // The type `never` keeps the page out of the client's response types.
    return isPage ? (responsePage(response) as Promise<never>) : c.json(response);
  }

  const head = { id, model: modelInfo(model) };
  const [image] = images;
  if (image && (isSingle || !isList)) {
    const response: ClassifyResponse = {
      ...head,
      ...(await resultFor(image, await classifyOne(c, model, image))),
    };
    return respond(response);
  }
  const outcomes = await classifyEach(c, model, images, resultFor);
  const results = outcomes.map((outcome, index) => ({
    index,
    ...(outcome instanceof ImageError ? { problem: toProblem(outcome).details(id) } : outcome),
  }));
  const response: ClassifyBatchResponse = { ...head, results };
  return respond(response);
}

/**
 * Responds with the result of one image, always as JSON. Clients know the type of the response before they send a request.
 * @throws HttpProblem, ImageError, and ExplainedError when no model can serve
 */
export const classifyFile = (c: Context<AppEnv>, query: Query, dependencies: ClassifyDependencies) =>
  classify(c, query, dependencies, true) as Promise<Response & TypedResponse<ClassifyResponse, 200, 'json'>>;

/** Returns the number of predictions. @throws HttpProblem `invalid-query` when the model has fewer labels */
function topKOf({ manifest }: ServedModel, wanted?: number): number {
  const most = answersOf(manifest).length;
  if (wanted === undefined || wanted <= most) return wanted ?? most;
  const detail = `top_k must be an integer from 1 to ${most}, the number of labels of this model.`;
  throw new HttpProblem('invalid-query', detail);
}

/** Returns the claims of a token: the first prediction, the image and the model. */
async function signedResult({ bytes }: ImageInput, result: ClassifyResult, { manifest }: ServedModel) {
  const { predictions, abstained } = result;
  const [{ label, score }] = predictions as [ClassifyResult['predictions'][number]];
  const { name: model, version } = manifest;
  return { label, score, abstained, sha256: await sha256(bytes), model, version };
}

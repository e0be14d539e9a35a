/** @file Inference of the Open Inference Protocol: computes logits from tensors. */
import type { Context } from 'hono';
import { inferenceMs, logitsInTurns } from '#shared/inference/turns.ts';
import { bytesOf } from '#shared/input/preprocessing.ts';
import { enforceWork } from '../../access/limiter.ts';
import type { AppEnv } from '../../http/env.ts';
import { checkWork, maxTensorValues } from '../../http/limits.ts';
import { HttpProblem } from '../../http/problem.ts';
import { ownTurn } from '../../inference/own-turn.ts';
import type { ServedModel } from '../../registry/served-model.ts';
import { binaryResponse, parseMessage } from './message.ts';
import type { InferRequest } from './requests.ts';
import type { InferResponse } from './responses.ts';
import { readTensor } from './tensor.ts';

/** @throws HttpProblem `invalid-body`, `body-too-large`, `too-many-images` */
export async function infer(c: Context<AppEnv>, body: Uint8Array<ArrayBuffer>, model: ServedModel) {
  const { manifest, classifier } = model;
  const { id, isBinary, images, n } = readRequest(c, body, model);
  const work = inferenceMs(classifier, n);
  checkWork(work);
  await enforceWork(c, n, work);
  for (let i = 0; i < n; i++) c.var.record.images.push({ kind: 'tensor', outcome: 'read' });
  const logits = await logitsInTurns(model, n, images, ownTurn);
  const parameters = { binary_data_size: logits.byteLength };
  const response: InferResponse = {
    model_name: manifest.name,
    model_version: manifest.version,
    ...(id !== undefined && { id }),
    outputs: [
      {
        name: manifest.output.name,
        shape: [n, logits.length / n],
        datatype: 'FP32',
        ...(isBinary ? { parameters } : { data: Array.from(logits) }),
      },
    ],
  };
  return isBinary ? binaryResponse(response, logits) : c.json(response);
}

/** Reads a request. What was parsed from its JSON ends with the call, so that it does not fill the heap while the model runs. */
function readRequest(c: Context<AppEnv>, body: Uint8Array<ArrayBuffer>, model: ServedModel) {
  const { manifest, input: picture } = model;
  const { request, binary } = parseMessage(
    c.req.raw,
    body,
    c.var.record,
    maxTensorValues(bytesOf(picture.shape)),
  );
  const [input, ...more] = request.inputs;
  if (!input || more.length > 0) {
    throw new HttpProblem('invalid-body', `The model has one input, "${manifest.input.name}". Send only it.`);
  }
  const isBinary = requestsBinary(request, manifest.output.name);
  return { id: request.id, isBinary, ...readTensor(input, model, binary) };
}

/** Returns whether the request asks for the output as bytes. A request without outputs asks for all of them. */
function requestsBinary({ parameters, outputs = [] }: InferRequest, name: string): boolean {
  if (outputs.some((output) => output.name !== name) || outputs.length > 1) {
    throw new HttpProblem('invalid-body', `The model has one output, "${name}". Request only it.`);
  }
  return outputs[0]?.parameters?.binary_data ?? parameters?.binary_data_output ?? false;
}

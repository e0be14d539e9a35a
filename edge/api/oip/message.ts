/**
 * @file A request of the Open Inference Protocol ↔ its bytes: JSON, or with the binary tensor data extension JSON followed
 * by tensors, little-endian and row by row.
 * https://github.com/triton-inference-server/server/blob/main/docs/protocol/extension_binary_data.md
 */

import { HttpProblem } from '../../problem.ts';
import type { RequestRecord } from '../../telemetry/request.ts';
import { concat, readBody } from '../body.ts';
import { check, parseJson } from '../validate.ts';
import { InferRequest } from './requests.ts';
import type { InferResponse } from './responses.ts';

/** Length of the JSON in bytes, where tensors follow it. */
const JSON_LENGTH = 'inference-header-content-length';

export interface InferMessage {
  request: InferRequest;
  /** What follows the JSON. */
  binary: Uint8Array;
}

/** @throws HttpProblem */
export async function readMessage(request: Request, record: RequestRecord): Promise<InferMessage> {
  const body = await readBody(request, record);
  const length = request.headers.get(JSON_LENGTH) ?? `${body.length}`;
  if (!/^\d+$/.test(length) || Number(length) > body.length) {
    throw new HttpProblem('invalid-body', 'Inference-Header-Content-Length must be the length of the JSON.');
  }
  const json = body.subarray(0, Number(length));
  return { request: check(InferRequest, parseJson(json)), binary: body.subarray(json.length) };
}

/** An answer whose one output follows the JSON as bytes. */
export function binaryResponse(answer: InferResponse, tensor: Float32Array): Response {
  const json = new TextEncoder().encode(JSON.stringify(answer));
  const bytes = new Uint8Array(tensor.buffer, tensor.byteOffset, tensor.byteLength);
  return new Response(concat([json, bytes], json.length + bytes.length), {
    headers: { 'content-type': 'application/octet-stream', [JSON_LENGTH]: `${json.length}` },
  });
}

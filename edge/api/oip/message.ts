/**
 * @file Messages of the Open Inference Protocol: JSON, or with the binary tensor data extension JSON followed by tensors in
 * little-endian, row-major order.
 * https://github.com/triton-inference-server/server/blob/main/docs/protocol/extension_binary_data.md
 */
import { parseBody } from '../../http/body.ts';
import { HttpProblem } from '../../http/problem.ts';
import type { RequestRecord } from '../../http/record.ts';
import { check } from '../../http/validate.ts';
import { InferRequest } from './requests.ts';
import type { InferResponse } from './responses.ts';

/** Header with the length of the JSON in bytes, when tensors follow it. */
const JSON_LENGTH = 'inference-header-content-length';

export interface InferMessage {
  request: InferRequest;
  /** The bytes after the JSON. */
  binary: Uint8Array;
}

/**
 * @param maxValues most values that the JSON may have
 * @throws HttpProblem
 */
export function parseMessage(
  { headers }: Request,
  body: Uint8Array<ArrayBuffer>,
  record: RequestRecord,
  maxValues: number,
): InferMessage {
  const length = headers.get(JSON_LENGTH) ?? `${body.length}`;
  if (!/^\d+$/.test(length) || Number(length) > body.length) {
    const detail = 'Inference-Header-Content-Length must be the length of the JSON in bytes.';
    throw new HttpProblem('invalid-body', detail);
  }
  const json = body.subarray(0, Number(length));
  return {
    request: check(InferRequest, parseBody(json, record, maxValues)),
    binary: body.subarray(json.length),
  };
}

/** Returns a response whose only output follows the JSON as bytes. */
export function binaryResponse(response: InferResponse, tensor: Float32Array): Response {
  const json = new TextEncoder().encode(JSON.stringify(response));
  const bytes = new Uint8Array(tensor.buffer, tensor.byteOffset, tensor.byteLength);
  const body = new Uint8Array(json.length + bytes.length);
  body.set(json);
  body.set(bytes, json.length);
  return new Response(body, {
    headers: { 'content-type': 'application/octet-stream', [JSON_LENGTH]: `${json.length}` },
  });
}

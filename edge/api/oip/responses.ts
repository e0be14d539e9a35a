/** @file Response schemas of /v2. */
import * as v from 'valibot';
import { Whole } from '#shared/validation.ts';

const Parameters = v.record(v.string(), v.union([v.string(), v.number(), v.boolean()]));

export const InferOutput = v.object({
  name: v.string(),
  shape: v.array(Whole),
  datatype: v.literal('FP32'),
  parameters: v.pipe(
    v.optional(Parameters),
    v.description('`binary_data_size`: length in bytes of the tensor that follows the JSON.'),
  ),
  data: v.pipe(
    v.optional(v.array(v.number())),
    v.description('Logits in row-major order. Absent when the tensor follows the JSON as bytes.'),
  ),
});

export const InferResponse = v.object({
  model_name: v.string(),
  model_version: v.pipe(v.string(), v.description('SHA-256 of the ONNX file.')),
  id: v.pipe(v.optional(v.string()), v.description('The `id` of the request.')),
  outputs: v.array(InferOutput),
});
export type InferResponse = v.InferOutput<typeof InferResponse>;

export const TensorMetadata = v.object({
  name: v.string(),
  datatype: v.string(),
  shape: v.pipe(v.array(Whole), v.description('Size of each dimension. -1 is a dimension of any size.')),
});

export const ServerMetadata = v.object({
  name: v.string(),
  version: v.string(),
  extensions: v.array(v.string()),
});

export const ModelMetadata = v.object({
  name: v.string(),
  versions: v.array(v.string()),
  platform: v.string(),
  inputs: v.array(TensorMetadata),
  outputs: v.array(TensorMetadata),
});
export type ModelMetadata = v.InferOutput<typeof ModelMetadata>;

export const Live = v.object({ live: v.boolean() });
export const Ready = v.object({ ready: v.boolean() });
export const ModelReady = v.object({ name: v.string(), ready: v.boolean() });

/**
 * @file What /v2 takes in: the Open Inference Protocol, version 2.
 * https://github.com/kserve/open-inference-protocol/blob/main/specification/protocol/inference_rest.md
 */
import * as v from 'valibot';
import { Whole } from '#shared/validation.ts';

/** Only what this server acts on is looked at: other parameters are others' extensions. */
const parameters = <E extends v.ObjectEntries>(known: E) => v.optional(v.looseObject(known));

const Size = v.pipe(Whole, v.minValue(0));

export const InferInput = v.object({
  name: v.string(),
  shape: v.array(Size),
  datatype: v.pipe(
    v.picklist(['FP32', 'UINT8']),
    v.description('FP32: pixels in 0..1. UINT8: pixels in 0..255.'),
  ),
  parameters: parameters({
    binary_data_size: v.pipe(v.optional(Size), v.description('Bytes of the tensor after the JSON.')),
  }),
  data: v.pipe(
    v.optional(v.array(v.unknown())),
    v.description('Row by row: the numbers alone, or nested as `shape` says.'),
  ),
});
export type InferInput = v.InferOutput<typeof InferInput>;

const RequestedOutput = v.object({
  name: v.string(),
  parameters: parameters({ binary_data: v.optional(v.boolean()) }),
});

export const InferRequest = v.object({
  id: v.optional(v.string()),
  parameters: parameters({ binary_data_output: v.optional(v.boolean()) }),
  inputs: v.pipe(v.array(InferInput), v.minLength(1)),
  outputs: v.optional(v.array(RequestedOutput)),
});
export type InferRequest = v.InferOutput<typeof InferRequest>;

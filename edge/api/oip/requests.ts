/**
 * @file Request schemas of /v2: the Open Inference Protocol, version 2.
 * https://github.com/kserve/open-inference-protocol/blob/main/specification/protocol/inference_rest.md
 */
import * as v from 'valibot';
import { Whole } from '#shared/validation.ts';
import { optionalMember } from '../../http/validate.ts';

/** Parameters that this server supports. Unknown parameters may belong to other extensions and are ignored. */
const parameters = <E extends v.ObjectEntries>(known: E) => optionalMember(v.object(known));

const Size = v.pipe(Whole, v.minValue(0));

export const InferInput = v.object({
  name: v.string(),
  shape: v.array(Size),
  datatype: v.picklist(['FP32', 'UINT8']),
  parameters: parameters({ binary_data_size: optionalMember(Size) }),
  data: optionalMember(v.array(v.unknown())),
});
export type InferInput = v.InferOutput<typeof InferInput>;

export const RequestedOutput = v.object({
  name: v.string(),
  parameters: parameters({ binary_data: optionalMember(v.boolean()) }),
});

export const InferRequest = v.object({
  id: optionalMember(v.string()),
  parameters: parameters({ binary_data_output: optionalMember(v.boolean()) }),
  inputs: v.pipe(v.array(InferInput), v.minLength(1)),
  outputs: optionalMember(v.array(RequestedOutput)),
});
export type InferRequest = v.InferOutput<typeof InferRequest>;

/**
 * @file Request schemas of /v2: the Open Inference Protocol, version 2.
 * https://github.com/kserve/open-inference-protocol/blob/main/specification/protocol/inference_rest.md
 */
import * as v from 'valibot';
import { Whole } from '#shared/validation.ts';
import { optionalMember } from '../../http/validate.ts';

/** Parameters that this server supports. Unknown parameters may belong to other extensions and are ignored. */
const parameters = <E extends v.ObjectEntries>(known: E) => optionalMember(v.looseObject(known));

const Size = v.pipe(Whole, v.minValue(0));

export const InferInput = v.object({
  name: v.string(),
  shape: v.array(Size),
  datatype: v.pipe(
    v.picklist(['FP32', 'UINT8']),
    v.description(
      '`FP32`: pixels in 0..1, or the shifted and scaled input of a model with `fit.mean` and `fit.std`. `UINT8`: pixels in 0..255.',
    ),
  ),
  parameters: parameters({
    binary_data_size: v.pipe(
      optionalMember(Size),
      v.description('Length in bytes of the tensor that follows the JSON.'),
    ),
  }),
  data: v.pipe(
    optionalMember(v.array(v.unknown())),
    v.description('Pixels in row-major order, as a flat array or nested like `shape`.'),
  ),
});
export type InferInput = v.InferOutput<typeof InferInput>;

const RequestedOutput = v.object({
  name: v.string(),
  parameters: parameters({
    binary_data: v.pipe(
      optionalMember(v.boolean()),
      v.description('Whether to return this tensor as bytes after the JSON.'),
    ),
  }),
});

export const InferRequest = v.object({
  id: v.pipe(optionalMember(v.string()), v.description('Returned unchanged in the response.')),
  parameters: parameters({
    binary_data_output: v.pipe(
      optionalMember(v.boolean()),
      v.description('Whether to return all tensors as bytes after the JSON.'),
    ),
  }),
  inputs: v.pipe(v.array(InferInput), v.minLength(1)),
  outputs: v.pipe(
    optionalMember(v.array(RequestedOutput)),
    v.description('Outputs to return. All outputs when omitted.'),
  ),
});
export type InferRequest = v.InferOutput<typeof InferRequest>;

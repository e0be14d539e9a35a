/**
 * @file What /v2 takes in: the Open Inference Protocol, version 2.
 * https://github.com/kserve/open-inference-protocol/blob/main/specification/protocol/inference_rest.md
 */
import * as z from 'zod/mini';
import { once } from '#shared/once.ts';

/** Only what this server acts on is looked at: other parameters are others' extensions. */
const parameters = <S extends z.core.$ZodShape>(known: S) => z.optional(z.looseObject(known));

const InferInput = once(() =>
  z
    .object({
      name: z.string(),
      shape: z.array(z.int().check(z.minimum(0))),
      datatype: z.enum(['FP32', 'UINT8']).check(z.describe('FP32: pixels in 0..1. UINT8: pixels in 0..255.')),
      parameters: parameters({
        binary_data_size: z.optional(
          z.int().check(z.minimum(0), z.describe('Bytes of the tensor after the JSON.')),
        ),
      }),
      data: z
        .optional(z.array(z.unknown()))
        .check(z.describe('Row by row: the numbers alone, or nested as `shape` says.')),
    })
    .check(z.meta({ id: 'InferInput' })),
);
export type InferInput = z.infer<ReturnType<typeof InferInput>>;

const RequestedOutput = once(() =>
  z.object({ name: z.string(), parameters: parameters({ binary_data: z.optional(z.boolean()) }) }),
);

export const InferRequest = once(() =>
  z
    .object({
      id: z.optional(z.string()),
      parameters: parameters({ binary_data_output: z.optional(z.boolean()) }),
      inputs: z.array(InferInput()).check(z.minLength(1)),
      outputs: z.optional(z.array(RequestedOutput())),
    })
    .check(z.meta({ id: 'InferRequest' })),
);
export type InferRequest = z.infer<ReturnType<typeof InferRequest>>;

/**
 * @file What /hf takes in: Hugging Face's image classification.
 * https://huggingface.co/docs/inference-providers/tasks/image-classification
 */
import * as z from 'zod/mini';
import { once } from '#shared/once.ts';
import { Base64 } from '../base64.ts';
import { OUTPUTS } from './scores.ts';

/** Hugging Face's own number, when a request names none. */
export const DEFAULT_TOP_K = 5;

const output = 'softmax: the calibrated scores of /v1. sigmoid and none apply to the bare logits.';

export const HfParameters = once(() =>
  z
    .object({
      function_to_apply: z._default(z.enum(OUTPUTS), 'softmax').check(z.describe(output)),
      top_k: z._default(z.int().check(z.minimum(1)), DEFAULT_TOP_K),
    })
    .check(z.meta({ id: 'HfParameters' })),
);

export const HfRequest = once(() =>
  z
    .object({ inputs: Base64(), parameters: z.nullish(HfParameters()) })
    .check(z.meta({ id: 'HfRequest', description: 'Members that are not named here are ignored.' })),
);

/**
 * @file What /hf takes in: Hugging Face's image classification.
 * https://huggingface.co/docs/inference-providers/tasks/image-classification
 */
import * as v from 'valibot';
import { Whole } from '#shared/validation.ts';
import { Base64 } from '../base64.ts';
import { OUTPUTS } from './scores.ts';

/** Hugging Face's own number, when a request names none. */
export const DEFAULT_TOP_K = 5;

export const HfParameters = v.object({
  function_to_apply: v.pipe(
    v.optional(v.picklist(OUTPUTS), 'softmax'),
    v.description('softmax: the calibrated scores of /v1. sigmoid and none apply to the bare logits.'),
  ),
  top_k: v.optional(v.pipe(Whole, v.minValue(1)), DEFAULT_TOP_K),
});

export const HfRequest = v.pipe(
  v.object({ inputs: Base64, parameters: v.nullish(HfParameters) }),
  v.description('Members that are not named here are ignored.'),
);

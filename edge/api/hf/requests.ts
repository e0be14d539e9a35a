/**
 * @file Request schema of /hf: Hugging Face's image classification.
 * https://huggingface.co/docs/inference-providers/tasks/image-classification
 */
import * as v from 'valibot';
import { Whole } from '#shared/validation.ts';
import { Base64 } from '../../http/base64.ts';
import { SCORE_FUNCTIONS } from './scores.ts';

/** Hugging Face's default. */
export const DEFAULT_TOP_K = 5;

export const HfParameters = v.object({
  function_to_apply: v.nullish(v.picklist(SCORE_FUNCTIONS), 'softmax'),
  top_k: v.nullish(v.pipe(Whole, v.minValue(1)), DEFAULT_TOP_K),
});

export const HfRequest = v.object({ inputs: Base64, parameters: v.nullish(HfParameters) });

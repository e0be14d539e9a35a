/** @file What /v1 takes in. */
import * as v from 'valibot';
import { DEFAULT_ALIAS } from '#shared/manifest.ts';
import { Base64 } from '../base64.ts';
import { MAX_IMAGES } from '../limits.ts';

/** Every answer holds at most as many predictions as there are labels, and all of them unless asked for fewer. */
const MAX_TOP_K = 10;

const TOP_K = /^([1-9]|10)$/;
const topK = `top_k must be one whole number from 1 to ${MAX_TOP_K}.`;

/** What a query's texts stand for is said in metadata, in place of a text's own schema. */
export const ClassifyQuery = v.object({
  top_k: v.pipe(
    v.optional(v.pipe(v.string(topK), v.regex(TOP_K, topK), v.transform(Number)), `${MAX_TOP_K}`),
    v.metadata({
      description: 'How many predictions an answer holds, likeliest first.',
      override: { type: 'integer', minimum: 1, maximum: MAX_TOP_K, default: MAX_TOP_K },
    }),
  ),
  explain: v.pipe(
    v.optional(
      v.pipe(
        v.picklist(['0', '1'], 'explain must be 0 or 1.'),
        v.transform((text) => text === '1'),
      ),
      '0',
    ),
    v.metadata({
      description: '1: say what the photo pipeline made of each image.',
      override: { type: 'integer', enum: [0, 1], default: 0 },
    }),
  ),
  sign: v.pipe(
    v.optional(
      v.pipe(
        v.picklist(['0', '1'], 'sign must be 0 or 1.'),
        v.transform((text) => text === '1'),
      ),
      '0',
    ),
    v.metadata({
      description: '1: sign what is said of each image, for POST /v1/verify.',
      override: { type: 'integer', enum: [0, 1], default: 0 },
    }),
  ),
  alias: v.pipe(
    v.optional(v.string('alias must be one name.')),
    v.metadata({ description: 'The alias whose model is to answer.', default: DEFAULT_ALIAS }),
  ),
  version: v.pipe(
    v.optional(v.string('version must be one SHA-256.')),
    v.description('The version that is to answer, wherever aliases point; `alias` has no say then.'),
  ),
});

export const ClassifyOne = v.strictObject({ image: Base64 });

export const ClassifyMany = v.strictObject({
  images: v.pipe(v.array(Base64), v.minLength(1), v.metadata({ maxItems: MAX_IMAGES })),
});

/** Turnstile's are UUIDs. */
const MAX_KEY_LENGTH = 64;

export const VerifyRequest = v.strictObject({
  token: v.pipe(v.string(), v.description('From an answer with `sign=1`.')),
  site_key: v.pipe(v.optional(v.string()), v.description('Refuse tokens of pages with another site key.')),
  idempotency_key: v.pipe(
    v.optional(v.pipe(v.string(), v.minLength(1), v.maxLength(MAX_KEY_LENGTH))),
    v.description('Asked again with the same one, the answer is the same: for retries.'),
  ),
});

/** @file What /v1 takes in. */
import * as z from 'zod/mini';
import { DEFAULT_ALIAS } from '#shared/manifest.ts';
import { once } from '#shared/once.ts';
import { Base64 } from '../base64.ts';
import { MAX_IMAGES } from '../limits.ts';

/** Every answer holds at most as many predictions as there are labels, and all of them unless asked for fewer. */
const MAX_TOP_K = 10;

const TOP_K = /^([1-9]|10)$/;
const error = `top_k must be one whole number from 1 to ${MAX_TOP_K}.`;

export const ClassifyQuery = z.object({
  top_k: z
    ._default(
      z.pipe(z.string({ error }).check(z.refine((text) => TOP_K.test(text), { error })), z.transform(Number)),
      MAX_TOP_K,
    )
    .check(
      z.meta({
        description: 'How many predictions an answer holds, likeliest first.',
        override: { type: 'integer', minimum: 1, maximum: MAX_TOP_K, default: MAX_TOP_K },
      }),
    ),
  explain: z
    ._default(
      z.pipe(
        z.enum(['0', '1'], { error: 'explain must be 0 or 1.' }),
        z.transform((text) => text === '1'),
      ),
      false,
    )
    .check(
      z.meta({
        description: '1: say what the photo pipeline made of each image.',
        override: { type: 'integer', enum: [0, 1], default: 0 },
      }),
    ),
  alias: z
    .optional(z.string({ error: 'alias must be one name.' }))
    .check(
      z.meta({ description: 'The alias whose model is to answer.', override: { default: DEFAULT_ALIAS } }),
    ),
  version: z.optional(z.string({ error: 'version must be one SHA-256.' })).check(
    z.meta({
      description: 'The version that is to answer, wherever aliases point; `alias` has no say then.',
    }),
  ),
});

export const ClassifyOne = once(() => z.strictObject({ image: Base64() }).check(z.meta({ id: 'Image' })));

export const ClassifyMany = once(() =>
  z
    .strictObject({ images: z.array(Base64()).check(z.minLength(1), z.meta({ maxItems: MAX_IMAGES })) })
    .check(z.meta({ id: 'Images' })),
);

/** @file Request schemas of /v1. */
import * as v from 'valibot';
import { DEFAULT_ALIAS } from '#shared/manifest.ts';
import { Base64 } from '../../http/base64.ts';
import { MAX_IMAGES } from '../../http/limits.ts';
import { optionalMember } from '../../http/validate.ts';

/** The number of labels is known when the model is. */
const topK = 'top_k must be an integer from 1 to the number of labels of the model.';

/** A flag in a query: `0` or `1`. */
const flag = (name: string, description: string) =>
  v.pipe(
    v.optional(
      v.pipe(
        v.picklist(['0', '1'], `${name} must be 0 or 1.`),
        v.transform((text) => text === '1'),
      ),
      '0',
    ),
    v.metadata({ description, override: { type: 'integer', enum: [0, 1], default: 0 } }),
  );

/** Query values are strings. `override` in the metadata replaces their schema in the OpenAPI document. */
export const ClassifyQuery = v.object({
  top_k: v.pipe(
    v.optional(v.pipe(v.string(topK), v.regex(/^[1-9]\d*$/, topK), v.transform(Number))),
    v.metadata({
      description:
        'Number of predictions to return per image, highest score first: at most the number of labels of the model. All labels unless set.',
      override: { type: 'integer', minimum: 1 },
    }),
  ),
  explain: flag('explain', 'Set to 1 to add an `explanation` of how the photo pipeline prepared the image.'),
  sign: flag('sign', 'Set to 1 to add a signed `token` for `POST /v1/verify`.'),
  alias: v.pipe(
    v.optional(v.string()),
    v.metadata({ description: 'Alias of the model version to use.', default: DEFAULT_ALIAS }),
  ),
  version: v.pipe(v.optional(v.string()), v.description('Model version to use. Overrides `alias`.')),
});

/** The member of the other request. Clients with one class for both requests write it as null. */
const OtherMember = v.optional(v.null('send either image or images'));

export const ClassifyRequest = v.strictObject({ image: Base64, images: OtherMember });

export const ClassifyBatchRequest = v.strictObject({
  images: v.pipe(v.array(Base64), v.minLength(1), v.metadata({ maxItems: MAX_IMAGES })),
  image: OtherMember,
});

export const RenewRequest = v.strictObject({
  token: v.pipe(v.string(), v.description('The latest token of the classification, expired or not.')),
});

/** Long enough for a UUID. */
const MAX_KEY_LENGTH = 64;

export const VerifyRequest = v.strictObject({
  token: v.pipe(v.string(), v.description('The `token` of a classification with `sign=1`.')),
  site_key: v.pipe(optionalMember(v.string()), v.description('Accept only tokens issued for this site key.')),
  idempotency_key: v.pipe(
    optionalMember(v.pipe(v.string(), v.minLength(1), v.maxLength(MAX_KEY_LENGTH))),
    v.description('Makes retries safe: a repeated request with the same key returns the same result.'),
  ),
});

/** @file Request schemas of /v1. edge/openapi/requests.ts documents their members. */
import * as v from 'valibot';
import { Base64 } from '../../http/base64.ts';
import { optionalMember } from '../../http/validate.ts';

/** The number of labels is known when the model is. */
const topK = 'top_k must be an integer from 1 to the number of labels of the model.';

/** A flag in a query: `0` or `1`. */
const flag = (name: string) =>
  v.optional(
    v.pipe(
      v.picklist(['0', '1'], `${name} must be 0 or 1.`),
      v.transform((text) => text === '1'),
    ),
    '0',
  );

/** Query values are strings. */
export const ClassifyQuery = v.object({
  top_k: v.optional(v.pipe(v.string(topK), v.regex(/^[1-9]\d*$/, topK), v.transform(Number))),
  explain: flag('explain'),
  sign: flag('sign'),
  alias: v.optional(v.string()),
  version: v.optional(v.string()),
});

/** The member of the other request. Clients with one class for both requests write it as null. */
const OtherMember = v.optional(v.null('send either image or images'));

export const ClassifyRequest = v.strictObject({ image: Base64, images: OtherMember });

export const ClassifyBatchRequest = v.strictObject({
  images: v.pipe(v.array(Base64), v.minLength(1)),
  image: OtherMember,
});

export const RenewRequest = v.strictObject({
  token: v.string(),
});

/** Long enough for a UUID. */
const MAX_KEY_LENGTH = 64;

export const VerifyRequest = v.strictObject({
  token: v.string(),
  site_key: optionalMember(v.string()),
  idempotency_key: optionalMember(v.pipe(v.string(), v.minLength(1), v.maxLength(MAX_KEY_LENGTH))),
});

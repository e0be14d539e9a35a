/** @file What the OpenAPI document says of the members of requests. It is apart from their schemas, so that the Worker does not load it. */
import type * as v from 'valibot';
import { DEFAULT_ALIAS } from '#shared/manifest.ts';
import { HfParameters, HfRequest } from '../api/hf/requests.ts';
import { InferInput, InferRequest, RequestedOutput } from '../api/oip/requests.ts';
import { ClassifyBatchRequest, ClassifyQuery, RenewRequest, VerifyRequest } from '../api/v1/requests.ts';
import { Text } from '../http/base64.ts';
import { MAX_IMAGES } from '../http/limits.ts';
import type { Schema } from './openapi.ts';

/** Query values are strings, but clients write these as numbers. */
const FLAG = { type: 'integer', enum: [0, 1], default: 0 } as const satisfies Schema;

const query = ClassifyQuery.entries;
const verification = VerifyRequest.entries;

/** What is added to the JSON Schema of a validator. `type` replaces it. */
const DOCUMENTED = new Map<v.GenericSchema, Schema>([
  [
    query.top_k,
    {
      description:
        'Number of predictions to return per image, highest score first: at most the number of labels of the model. All labels unless set.',
      ...{ type: 'integer', minimum: 1 },
    },
  ],
  [
    query.explain,
    {
      description: 'Set to 1 to add an `explanation` of how the photo pipeline prepared the image.',
      ...FLAG,
    },
  ],
  [query.sign, { description: 'Set to 1 to add a signed `token` for `POST /v1/verify`.', ...FLAG }],
  [query.alias, { description: 'Alias of the model version to use.', default: DEFAULT_ALIAS }],
  [query.version, { description: 'Model version to use. Overrides `alias`.' }],
  [Text, { contentEncoding: 'base64', description: 'An image file in base64, without a `data:` prefix.' }],
  [ClassifyBatchRequest.entries.images.pipe[0], { maxItems: MAX_IMAGES }],
  [RenewRequest.entries.token, { description: 'The latest token of the classification, expired or not.' }],
  [verification.token, { description: 'The `token` of a classification with `sign=1`.' }],
  [verification.site_key, { description: 'Accept only tokens issued for this site key.' }],
  [
    verification.idempotency_key,
    { description: 'Makes retries safe: a repeated request with the same key returns the same result.' },
  ],
  [
    HfParameters.entries.function_to_apply,
    {
      description:
        'How logits become scores. `softmax` gives the calibrated probabilities of /v1; `sigmoid` and `none` use the uncalibrated logits.',
    },
  ],
  [HfParameters.entries.top_k, { description: 'Maximum number of labels to return.' }],
  [HfRequest, { description: 'Unknown members are ignored.' }],
  [
    InferInput.entries.datatype,
    {
      description:
        '`FP32`: pixels in 0..1, or the shifted and scaled input of a model with `fit.mean` and `fit.std`. `UINT8`: pixels in 0..255.',
    },
  ],
  [
    InferInput.entries.parameters.wrapped.entries.binary_data_size,
    { description: 'Length in bytes of the tensor that follows the JSON.' },
  ],
  [
    InferInput.entries.data,
    { description: 'Pixels in row-major order, as a flat array or nested like `shape`.' },
  ],
  [
    RequestedOutput.entries.parameters.wrapped.entries.binary_data,
    { description: 'Whether to return this tensor as bytes after the JSON.' },
  ],
  [InferRequest.entries.id, { description: 'Returned unchanged in the response.' }],
  [
    InferRequest.entries.parameters.wrapped.entries.binary_data_output,
    { description: 'Whether to return all tensors as bytes after the JSON.' },
  ],
  [InferRequest.entries.outputs, { description: 'Outputs to return. All outputs when omitted.' }],
]);

/** Returns the JSON Schema of a request's validator with its documentation; undefined if it has none. */
export function documented(validator: unknown, schema: Schema): Schema | undefined {
  const documentation = DOCUMENTED.get(validator as v.GenericSchema);
  if (!documentation) return undefined;
  return documentation.type ? documentation : { ...schema, ...documentation };
}

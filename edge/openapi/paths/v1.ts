/** @file /v1 in the OpenAPI document. */
import { RenewRequest, VerifyRequest } from '../../api/v1/requests.ts';
import { Models, RenewedToken, ServedManifest, TokenVerification } from '../../api/v1/responses.ts';
import { ANY_KEY, API_KEY, always, GUARD_PROBLEMS, PUBLIC } from '../access.ts';
import { requestSchema } from '../components.ts';
import * as examples from '../examples.ts';
import type { Content, Header, Operation, Paths } from '../openapi.ts';
import { inHeader, MODEL_NAME, MODEL_VERSION, text } from '../parameters.ts';
import { BODY_PROBLEMS, json, problems } from '../responses.ts';
import { codeSamples } from '../samples.ts';
import { classify, classifyByModel, classifyFile, classifyFileByModel } from './classify.ts';

const tags = ['v1'];

/** A JSON body with a token, in the samples. */
const TOKEN_BODY = {
  json: { shell: `'{"token": "eyJ…"}'`, javascript: "{ token: 'eyJ…' }", python: '{"token": "eyJ…"}' },
};

const renew: Operation = {
  tags,
  operationId: 'renew',
  summary: 'Renew a signed prediction',
  description:
    'Returns a token with the same prediction and a later expiry, without the image. The caller needs the site key of the classification, but no Turnstile token. All tokens of a classification together can be verified once.',
  security: ANY_KEY,
  requestBody: {
    required: true,
    content: { 'application/json': { schema: requestSchema(RenewRequest) } },
  },
  responses: {
    '200': json('The new token.', RenewedToken, examples.RENEW),
    ...problems(
      ...GUARD_PROBLEMS,
      'invalid-query',
      ...BODY_PROBLEMS,
      'not-renewable',
      'not-signed',
      'token-store-unavailable',
    ),
  },
  'x-codeSamples': codeSamples({ method: 'POST', path: '/v1/renew', hasKey: true, body: TOKEN_BODY }),
};

const verify: Operation = {
  tags,
  operationId: 'verify',
  summary: 'Verify a signed prediction',
  description:
    'Checks a token from `POST /v1/classify?sign=1`, which a browser submits with its form. A back end can then trust the label. Each token can be verified once.',
  security: API_KEY,
  requestBody: {
    required: true,
    content: { 'application/json': { schema: requestSchema(VerifyRequest) } },
  },
  responses: {
    '200': json(
      'The content of a valid token, or the reason why the token is invalid.',
      TokenVerification,
      examples.VERIFY,
    ),
    ...problems(
      ...GUARD_PROBLEMS,
      'invalid-query',
      ...BODY_PROBLEMS,
      'not-signed',
      'token-store-unavailable',
    ),
  },
  'x-codeSamples': codeSamples({ method: 'POST', path: '/v1/verify', hasKey: true, body: TOKEN_BODY }),
};

const listModels: Operation = {
  tags,
  operationId: 'listModels',
  summary: 'List the models',
  description:
    'Returns the default model with the version that serves, then up to 100 other models of the object store, each with the version of its alias `stable`. With a key that is limited to models, it returns only those. A change in the object store appears within 30 seconds.',
  security: PUBLIC,
  responses: {
    '200': json('The models.', Models, examples.MODELS),
    ...problems('invalid-query', 'too-many-requests', 'model-unavailable'),
  },
  'x-codeSamples': codeSamples({ method: 'GET', path: '/v1/models' }),
};

const getModel: Operation = {
  tags,
  operationId: 'getModel',
  summary: 'Get the manifest of a model',
  description: 'Returns the manifest of the current version: labels, accuracy, training settings.',
  security: PUBLIC,
  parameters: [MODEL_NAME],
  responses: {
    '200': json('The manifest and the alias that selected it.', ServedManifest, examples.MANIFEST),
    ...problems(
      'invalid-query',
      'model-not-allowed',
      'unknown-model',
      'too-many-requests',
      'model-unavailable',
    ),
  },
  'x-codeSamples': codeSamples({ method: 'GET', path: '/v1/models/tinyvgg' }),
};

const getVersion: Operation = {
  tags,
  operationId: 'getModelVersion',
  summary: 'Get the manifest of a model version',
  description: 'The manifest of a version never changes. Clients may cache it for a year.',
  security: PUBLIC,
  parameters: [MODEL_NAME, MODEL_VERSION],
  responses: {
    '200': json('The manifest.', ServedManifest, examples.MANIFEST),
    ...problems(
      'invalid-query',
      'model-not-allowed',
      'unknown-version',
      'too-many-requests',
      'model-unavailable',
    ),
  },
  'x-codeSamples': codeSamples({ method: 'GET', path: '/v1/models/tinyvgg/versions/$VERSION' }),
};

/** Bytes have no schema (OpenAPI 3.1, 4.8.14.3). */
const onnx: Content = { 'application/octet-stream': {} };

const fileHeaders: Record<string, Header> = {
  etag: always(text('The version, in double quotes.')),
  'accept-ranges': always(text('`bytes`.')),
};

const getWeights: Operation = {
  tags,
  operationId: 'downloadModel',
  summary: 'Download the ONNX file of a model version',
  description:
    'The file of a version never changes. Clients may cache it for a year. A request with several ranges receives the whole file.',
  security: PUBLIC,
  parameters: [
    MODEL_NAME,
    MODEL_VERSION,
    inHeader('range', text('One range of bytes, such as `bytes=0-1023`.')),
    inHeader('if-range', text('Sends the whole file instead of the range unless this is its ETag.')),
    inHeader('if-none-match', text('Responds with 304 if this is the ETag of the file.')),
    inHeader('if-match', text('Responds with 412 unless this is the ETag of the file.')),
  ],
  responses: {
    '200': { description: 'The ONNX file. Its SHA-256 is the version.', content: onnx, headers: fileHeaders },
    '206': {
      description: 'The requested range of the file.',
      content: onnx,
      headers: { ...fileHeaders, 'content-range': always(text('The range and the length of the file.')) },
    },
    '304': { description: 'The file is the one in `if-none-match`.', headers: fileHeaders },
    ...problems(
      'invalid-query',
      'model-not-allowed',
      'too-many-requests',
      'unknown-version',
      'precondition-failed',
      'range-not-satisfiable',
      'model-unavailable',
    ),
  },
  'x-codeSamples': codeSamples({
    method: 'GET',
    path: '/v1/models/tinyvgg/versions/$VERSION/onnx',
    result: { file: 'tinyvgg.onnx' },
  }),
};

export const v1Paths: Paths = {
  '/v1/classify': { post: classify },
  '/v1/classify/file': { post: classifyFile },
  '/v1/renew': { post: renew },
  '/v1/verify': { post: verify },
  '/v1/models': { get: listModels },
  '/v1/models/{name}': { get: getModel },
  '/v1/models/{name}/classify': { post: classifyByModel },
  '/v1/models/{name}/classify/file': { post: classifyFileByModel },
  '/v1/models/{name}/versions/{version}': { get: getVersion },
  '/v1/models/{name}/versions/{version}/onnx': { get: getWeights },
};

/** @file /v1 in the OpenAPI document. */
import * as v from 'valibot';
import { IMAGE_PIXELS } from '#shared/labels.ts';
import {
  ClassifyBatchRequest,
  ClassifyQuery,
  ClassifyRequest,
  VerifyRequest,
} from '../../api/v1/requests.ts';
import {
  ClassifyBatchResponse,
  ClassifyResponse,
  Models,
  ServedManifest,
  TokenVerification,
} from '../../api/v1/responses.ts';
import { MAX_IMAGES } from '../../http/limits.ts';
import { ACCESS_PROBLEMS, ANY_KEY, API_KEY, API_KEY_PROBLEMS, PUBLIC, TURNSTILE_TOKEN } from '../access.ts';
import { requestSchema } from '../components.ts';
import * as examples from '../examples.ts';
import type { ApiResponses, Content, Header, Operation, Paths } from '../openapi.ts';
import { described, inHeader, inQuery, MODEL_NAME, MODEL_VERSION, text } from '../parameters.ts';
import { BODY_PROBLEMS, IMAGE_PROBLEMS, imageContent, json, problems } from '../responses.ts';
import { codeSamples } from '../samples.ts';

const tags = ['v1'];

const headers: Record<string, Header> = {
  'x-request-id': { required: true, ...described({ type: 'string', description: 'Request ID, a UUID.' }) },
  etag: {
    required: true,
    ...text(
      'Depends on the images, the model, its calibration, the photo pipeline, `top_k` and `explain`. The `id` of the response is not part of it.',
    ),
  },
  'server-timing': {
    required: true,
    ...text(
      'Milliseconds that the request waited: `body` for its upload, `model` for the object store. Decoding and inference are missing, because the clock of a Worker stands still while it computes.',
    ),
  },
};

const CLASSIFY =
  `Send one image as the request body, or several images as form fields or JSON. One image returns \`predictions\`.
Several images return \`results\`, one entry per image in request order; an unreadable image has a \`problem\` instead of
predictions. A request returns \`results\` if it has two or more files in a form, the member \`images\` in JSON, or
${2 * IMAGE_PIXELS} or more bytes of raw pixels. At most ${MAX_IMAGES} images per request. Clients that accept \`text/html\`, such
as HTML forms without script, receive a page.`.replaceAll('\n', ' ');

const PIXELS =
  `Raw pixels: ${IMAGE_PIXELS} bytes per image, 28 × 28 grey values in row-major order, a bright garment on black. They
reach the network unchanged. A body that begins like an image file is read as that file.`.replaceAll(
    '\n',
    ' ',
  );

/** A file in a form (OpenAPI 3.1, 4.8.14.4). */
const FILE = { contentMediaType: 'application/octet-stream' };

const classifyContent: Content = {
  ...imageContent,
  'multipart/form-data': {
    schema: {
      type: 'object',
      properties: { image: { type: 'array', items: FILE, minItems: 1, maxItems: MAX_IMAGES } },
      required: ['image'],
      description: 'One field `image` per file. Other fields are ignored.',
    },
  },
  'application/json': { schema: requestSchema(v.union([ClassifyRequest, ClassifyBatchRequest])) },
  'application/octet-stream': { schema: { description: PIXELS } },
};

/** Adds the page that an HTML form receives. */
function alsoAsPages(responses: ApiResponses): ApiResponses {
  const page = { 'text/html': { schema: { type: 'string' } } };
  return Object.fromEntries(
    Object.entries(responses).map(([status, response]) => [
      status,
      { ...response, content: { ...response.content, ...page } },
    ]),
  );
}

const classify: Operation = {
  tags,
  operationId: 'classify',
  summary: 'Classify one image or several',
  description: CLASSIFY,
  security: ANY_KEY,
  parameters: [
    ...inQuery(ClassifyQuery),
    TURNSTILE_TOKEN,
    inHeader(
      'if-none-match',
      text(
        'An `etag` of an earlier response. Returns 304 without inference if the response would be the same.',
      ),
    ),
  ],
  requestBody: { required: true, content: classifyContent },
  responses: {
    ...alsoAsPages({
      '200': {
        ...json(
          'Predictions for one image, or results for several.',
          v.union([ClassifyResponse, ClassifyBatchResponse]),
          examples.CLASSIFY,
        ),
        headers,
      },
      ...problems(
        ...ACCESS_PROBLEMS,
        'invalid-query',
        'unknown-alias',
        'unknown-version',
        ...BODY_PROBLEMS,
        'malformed-form',
        'too-many-images',
        ...IMAGE_PROBLEMS,
        'not-signed',
        'model-unavailable',
      ),
    }),
    '304': {
      description:
        'The response has not changed since the `etag` in `if-none-match`. Never sent with `sign=1`.',
      headers,
    },
  },
  'x-codeSamples': codeSamples({
    method: 'POST',
    path: '/v1/classify?top_k=3',
    hasKey: true,
    body: { file: 'photo.jpg' },
  }),
};

const verify: Operation = {
  tags,
  operationId: 'verify',
  summary: 'Verify a signed classification',
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
    ...problems(...API_KEY_PROBLEMS, ...BODY_PROBLEMS, 'token-store-unavailable'),
  },
  'x-codeSamples': codeSamples({
    method: 'POST',
    path: '/v1/verify',
    hasKey: true,
    body: {
      json: {
        shell: `'{"token": "eyJ…"}'`,
        javascript: "{ token: 'eyJ…' }",
        python: '{"token": "eyJ…"}',
      },
    },
  }),
};

const listModels: Operation = {
  tags,
  operationId: 'listModels',
  summary: 'List the models',
  description: 'Returns the one model that the service serves, with its current version.',
  security: PUBLIC,
  responses: { '200': json('The models.', Models, examples.MODELS), ...problems('model-unavailable') },
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
    ...problems('unknown-model', 'model-unavailable'),
  },
  'x-codeSamples': codeSamples({ method: 'GET', path: '/v1/models/tinyvgg' }),
};

const getVersion: Operation = {
  tags,
  operationId: 'getVersion',
  summary: 'Get the manifest of a model version',
  description: 'The manifest of a version never changes. Clients may cache it for a year.',
  security: PUBLIC,
  parameters: [MODEL_NAME, MODEL_VERSION],
  responses: {
    '200': json('The manifest.', ServedManifest, examples.MANIFEST),
    ...problems('unknown-model', 'unknown-version', 'model-unavailable'),
  },
  'x-codeSamples': codeSamples({ method: 'GET', path: '/v1/models/tinyvgg/versions/$VERSION' }),
};

const getWeights: Operation = {
  tags,
  operationId: 'getWeights',
  summary: 'Download the ONNX file of a model version',
  description: 'The file of a version never changes. Clients may cache it for a year.',
  security: PUBLIC,
  parameters: [MODEL_NAME, MODEL_VERSION],
  responses: {
    '200': {
      description: 'The ONNX file. Its SHA-256 is the version.',
      content: { 'application/octet-stream': { schema: {} } },
    },
    ...problems('unknown-model', 'unknown-version', 'model-unavailable'),
  },
  'x-codeSamples': codeSamples({
    method: 'GET',
    path: '/v1/models/tinyvgg/versions/$VERSION/onnx',
    result: { file: 'tinyvgg.onnx' },
  }),
};

export const v1Paths: Paths = {
  '/v1/classify': { post: classify },
  '/v1/verify': { post: verify },
  '/v1/models': { get: listModels },
  '/v1/models/{name}': { get: getModel },
  '/v1/models/{name}/versions/{version}': { get: getVersion },
  '/v1/models/{name}/versions/{version}/onnx': { get: getWeights },
};

/** @file /v1 for the OpenAPI document. */
import * as v from 'valibot';
import { IMAGE_PIXELS } from '#shared/labels.ts';
import { MAX_IMAGES } from '../../api/limits.ts';
import { ManyAnswer, Models, OneAnswer, ServedManifest, Verdict } from '../../api/v1/answers.ts';
import { ClassifyMany, ClassifyOne, ClassifyQuery, VerifyRequest } from '../../api/v1/requests.ts';
import { ACCESS_PROBLEMS, SECURITY, TURNSTILE_TOKEN } from '../access.ts';
import { requestSchema } from '../components.ts';
import { type Answers, type Header, ORIGIN, type Paths } from '../openapi.ts';
import { described, inHeader, inQuery, NAME, text, VERSION } from '../parameters.ts';
import { BODY_PROBLEMS, IMAGE_PROBLEMS, imageContent, json, problems, shell } from '../parts.ts';

const headers: Record<string, Header> = {
  'x-request-id': { required: true, ...described({ type: 'string' }) },
  etag: {
    required: true,
    ...text(
      'The same for the same images, model, calibration, photo pipeline, `top_k` and `explain`, whatever the `id`.',
    ),
  },
  'server-timing': {
    required: true,
    ...text(
      'Milliseconds spent waiting: `body` for the request’s bytes, `model` for the object store. Decoding and inference are ' +
        'not in it, since the clock of a Worker stands still while it computes.',
    ),
  },
};

const classify =
  `One image answers with \`predictions\`; a list answers with \`results\`, one for each image in its order, where an
image that cannot be read has a \`problem\` in place of its predictions. A form with two files or more, \`images\` in JSON, and
${2 * IMAGE_PIXELS} grey bytes or more are lists. At most ${MAX_IMAGES} images. A form without script, whose browser accepts
text/html, gets answers and problems as pages.`.replaceAll('\n', ' ');

const pixels =
  `Where these bytes do not begin like an image file: one image for every ${IMAGE_PIXELS}, 28 × 28 grey values
row by row, bright on black, taken as they are.`.replaceAll('\n', ' ');

/** A file in a form (OpenAPI 3.1, 4.8.14.4). */
const FILE = { contentMediaType: 'application/octet-stream' };

/** The same, also as a page. */
function alsoAsPages(answers: Answers): Answers {
  const page = { 'text/html': { schema: { type: 'string' } } };
  return Object.fromEntries(
    Object.entries(answers).map(([status, answer]) => [
      status,
      { ...answer, content: { ...answer.content, ...page } },
    ]),
  );
}

export const v1Paths: Paths = {
  '/v1/classify': {
    post: {
      tags: ['v1'],
      operationId: 'classify',
      summary: 'What is on one image or several',
      description: classify,
      security: SECURITY,
      parameters: [
        ...inQuery(ClassifyQuery),
        TURNSTILE_TOKEN,
        inHeader(
          'if-none-match',
          text('An `etag`: 304 without classifying when the answer would be the same.'),
        ),
      ],
      requestBody: {
        required: true,
        content: {
          ...imageContent,
          'multipart/form-data': {
            schema: {
              type: 'object',
              properties: { image: { type: 'array', items: FILE, minItems: 1, maxItems: MAX_IMAGES } },
              required: ['image'],
              description: 'Each image in a field `image` of its own. Other fields are ignored.',
            },
          },
          'application/json': { schema: requestSchema(v.union([ClassifyOne, ClassifyMany])) },
          'application/octet-stream': { schema: { description: pixels } },
        },
      },
      responses: {
        ...alsoAsPages({
          '200': { ...json('The predictions.', v.union([OneAnswer, ManyAnswer])), headers },
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
          description: 'The answer is the one that `if-none-match` names. Never with `sign=1`.',
          headers,
        },
      },
      ...shell(`curl --data-binary @picture.png "${ORIGIN}/v1/classify?top_k=3"
curl -F image=@one.png -F image=@two.jpg "${ORIGIN}/v1/classify"`),
    },
  },
  '/v1/verify': {
    post: {
      tags: ['v1'],
      operationId: 'verify',
      summary: 'Whether a token is this service’s, still good, and for the first time here',
      description:
        'For a form’s own back end, which need not believe what a browser sends. A token is good once; needs a bearer key.',
      security: [{ bearer: [] }],
      requestBody: {
        required: true,
        content: { 'application/json': { schema: requestSchema(VerifyRequest) } },
      },
      responses: {
        '200': json('What the token says, or why it says nothing.', Verdict),
        ...problems(
          'no-key',
          'wrong-key',
          'closed',
          'too-many-requests',
          'misconfigured',
          ...BODY_PROBLEMS,
          'token-store-unavailable',
        ),
      },
      ...shell(`curl -H 'authorization: Bearer …' --json '{"token": "eyJ…"}' "${ORIGIN}/v1/verify"`),
    },
  },
  '/v1/models': {
    get: {
      tags: ['v1'],
      operationId: 'listModels',
      summary: 'What answers',
      responses: { '200': json('One model.', Models), ...problems('model-unavailable') },
    },
  },
  '/v1/models/{name}': {
    get: {
      tags: ['v1'],
      operationId: 'getModel',
      summary: 'Its manifest: labels, accuracy, training',
      parameters: [NAME],
      responses: {
        '200': json('The manifest, and the alias that it was found under.', ServedManifest),
        ...problems('unknown-model', 'model-unavailable'),
      },
    },
  },
  '/v1/models/{name}/versions/{version}': {
    get: {
      tags: ['v1'],
      operationId: 'getVersion',
      summary: 'The manifest of one version',
      parameters: [NAME, VERSION],
      responses: {
        '200': json('The manifest; it never changes.', ServedManifest),
        ...problems('unknown-model', 'unknown-version', 'model-unavailable'),
      },
    },
  },
  '/v1/models/{name}/versions/{version}/onnx': {
    get: {
      tags: ['v1'],
      operationId: 'getWeights',
      summary: 'Its ONNX file',
      parameters: [NAME, VERSION],
      responses: {
        '200': {
          description: 'The bytes whose SHA-256 the version is.',
          content: { 'application/octet-stream': { schema: {} } },
        },
        ...problems('unknown-model', 'unknown-version', 'model-unavailable'),
      },
    },
  },
};

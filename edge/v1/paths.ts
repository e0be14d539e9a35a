/** @file /v1 for the OpenAPI document. */
import * as v from 'valibot';
import { IMAGE_PIXELS } from '#shared/labels.ts';
import { ACCESS_PROBLEMS, SECURITY, TURNSTILE_TOKEN } from '../access/document.ts';
import { MAX_IMAGES } from '../limits.ts';
import { requestSchema } from '../openapi/components.ts';
import { type Header, ORIGIN, type Paths } from '../openapi/openapi.ts';
import { described, inHeader, inQuery, NAME, text } from '../openapi/parameters.ts';
import { BODY_PROBLEMS, IMAGE_PROBLEMS, imageContent, json, problems, shell } from '../openapi/parts.ts';
import { ManyAnswer, Models, OneAnswer, ServedManifest } from './answers.ts';
import { ClassifyMany, ClassifyOne, ClassifyQuery } from './requests.ts';

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
${2 * IMAGE_PIXELS} grey bytes or more are lists. At most ${MAX_IMAGES} images.`.replaceAll('\n', ' ');

const pixels =
  `Where these bytes do not begin like an image file: one image for every ${IMAGE_PIXELS}, 28 × 28 grey values
row by row, bright on black, taken as they are.`.replaceAll('\n', ' ');

/** A file in a form (OpenAPI 3.1, 4.8.14.4). */
const FILE = { contentMediaType: 'application/octet-stream' };

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
        '200': { ...json('The predictions.', v.union([OneAnswer, ManyAnswer])), headers },
        '304': { description: 'The answer is the one that `if-none-match` names.', headers },
        ...problems(
          ...ACCESS_PROBLEMS,
          'invalid-query',
          'unknown-alias',
          'unknown-version',
          ...BODY_PROBLEMS,
          'malformed-form',
          'too-many-images',
          ...IMAGE_PROBLEMS,
          'model-unavailable',
        ),
      },
      ...shell(`curl --data-binary @picture.png "${ORIGIN}/v1/classify?top_k=3"
curl -F image=@one.png -F image=@two.jpg "${ORIGIN}/v1/classify"`),
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
};

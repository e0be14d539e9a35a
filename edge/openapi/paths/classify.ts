/** @file Classification under /v1 in the OpenAPI document. */
import * as v from 'valibot';
import { ClassifyBatchRequest, ClassifyQuery, ClassifyRequest } from '../../api/v1/requests.ts';
import { ClassifyBatchResponse, ClassifyResponse } from '../../api/v1/responses.ts';
import { MAX_IMAGES } from '../../http/limits.ts';
import { ACCESS_PROBLEMS, ANY_KEY, TURNSTILE_TOKEN } from '../access.ts';
import { requestSchema } from '../components.ts';
import * as examples from '../examples.ts';
import type { Content, Header, Operation } from '../openapi.ts';
import { described, inQuery, MODEL_NAME, text } from '../parameters.ts';
import { BODY_PROBLEMS, IMAGE_PROBLEMS, imageContent, json, problems } from '../responses.ts';
import { codeSamples } from '../samples.ts';

const headers: Record<string, Header> = {
  'x-request-id': { required: true, ...described({ type: 'string', description: 'Request ID, a UUID.' }) },
  etag: {
    required: true,
    ...text(
      'Changes with the images, the model, its calibration, the photo pipeline, `top_k`, `explain` and the content type, but not with the `id` of the response.',
    ),
  },
  'server-timing': {
    required: true,
    ...text(
      'Milliseconds that the request waited: `body` for its upload, `model` for the object store. Decoding and inference are not measured, because the clock of a Worker stands still while it computes.',
    ),
  },
};

const CLASSIFY =
  `The request body is an image file, or one to ${MAX_IMAGES} images as form fields, as JSON or as raw pixels. The response to one
image has \`predictions\`. The response to several images, and to the JSON member \`images\`, has \`results\`: one entry per image in
request order. The entry of an unreadable image has a \`problem\` instead of predictions. Clients that prefer \`text/html\`, such as
HTML forms without script, receive a page. Unknown query parameters are refused.`.replaceAll('\n', ' ');

const PIXELS =
  `Raw pixels: the bytes [channels, height, width] of the model’s input in row-major order, one image after the other. They
reach the network unchanged. Its manifest has the sizes: 784 bytes for the bundled model, which takes 28 × 28 grey values, a bright garment on black. A body that begins like an image file is decoded as an image file.`.replaceAll(
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
      description:
        'One field `image` per file. The names `images`, `file` and `files` are accepted, too, also followed by `[]`. Other fields are ignored.',
    },
  },
  'application/json': { schema: requestSchema(v.union([ClassifyRequest, ClassifyBatchRequest])) },
  'application/octet-stream': { schema: { description: PIXELS } },
};

/** What HTML forms without script receive. */
const PAGE: Content = { 'text/html': { schema: { type: 'string' } } };

const success = json(
  'Predictions for one image, or results for several.',
  v.union([ClassifyResponse, ClassifyBatchResponse]),
  examples.CLASSIFY,
);

const parameters = [...inQuery(ClassifyQuery), TURNSTILE_TOKEN];

const operation: Omit<Operation, 'operationId' | 'summary' | 'x-codeSamples'> = {
  tags: ['v1'],
  description: CLASSIFY,
  security: ANY_KEY,
  parameters,
  requestBody: { required: true, content: classifyContent },
  responses: {
    '200': { ...success, content: { ...success.content, ...PAGE }, headers },
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
  },
};

const samplesFor = (path: string) =>
  codeSamples({ method: 'POST', path, hasKey: true, body: { file: 'photo.jpg' } });

/** `POST /v1/classify` */
export const classify: Operation = {
  ...operation,
  operationId: 'classify',
  summary: 'Classify one image or several',
  'x-codeSamples': samplesFor('/v1/classify?top_k=3'),
};

/** What an operation has in addition when its path names the model. */
const byModel = ({ responses }: Pick<Operation, 'responses'>) => ({
  parameters: [MODEL_NAME, ...parameters],
  responses: { ...responses, ...problems('unknown-model', 'unknown-alias', 'unknown-version') },
});

/** `POST /v1/models/{name}/classify` */
export const classifyByModel: Operation = {
  ...operation,
  ...byModel(operation),
  operationId: 'classifyByModel',
  summary: 'Classify with a model of your choice',
  description: `Like \`POST /v1/classify\`, with the model of this name. ${CLASSIFY}`,
  'x-codeSamples': samplesFor('/v1/models/tinyvgg/classify?top_k=3'),
};

const CLASSIFY_FILE =
  `The request body is a form with one image file. The response is always JSON with \`predictions\`. Use this operation in clients
that a program generates from this document: it has one type of request and one of response. Bodies of \`POST /v1/classify\` with one
image are accepted, too.`.replaceAll('\n', ' ');

const fileOperation: typeof operation = {
  ...operation,
  description: CLASSIFY_FILE,
  requestBody: {
    required: true,
    content: {
      'multipart/form-data': {
        schema: { type: 'object', properties: { image: FILE }, required: ['image'] },
      },
    },
  },
  responses: {
    ...operation.responses,
    '200': { ...json('Predictions for the image.', ClassifyResponse, examples.CLASSIFY_FILE), headers },
  },
};

const formSamplesFor = (path: string) =>
  codeSamples({ method: 'POST', path, hasKey: true, body: { form: 'photo.jpg' } });

/** `POST /v1/classify/file` */
export const classifyFile: Operation = {
  ...fileOperation,
  operationId: 'classifyFile',
  summary: 'Classify one image file',
  'x-codeSamples': formSamplesFor('/v1/classify/file?top_k=3'),
};

/** `POST /v1/models/{name}/classify/file` */
export const classifyFileByModel: Operation = {
  ...fileOperation,
  ...byModel(fileOperation),
  operationId: 'classifyFileByModel',
  summary: 'Classify one image file with a model of your choice',
  description: `Like \`POST /v1/classify/file\`, with the model of this name. ${CLASSIFY_FILE}`,
  'x-codeSamples': formSamplesFor('/v1/models/tinyvgg/classify/file?top_k=3'),
};

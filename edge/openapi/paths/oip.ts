/** @file /v2 for the OpenAPI document. */

import { MAX_IMAGES } from '../../api/limits.ts';
import {
  InferResponse,
  Live,
  ModelMetadata,
  ModelReady,
  Ready,
  ServerMetadata,
} from '../../api/oip/answers.ts';
import { InferRequest } from '../../api/oip/requests.ts';
import { ACCESS_PROBLEMS, SECURITY, TURNSTILE_TOKEN } from '../access.ts';
import { answerSchema, requestSchema } from '../components.ts';
import { type Operation, ORIGIN, type Parameter, type Paths } from '../openapi.ts';
import { described, inHeader, NAME, VERSION } from '../parameters.ts';
import { BODY_PROBLEMS, json, plainErrors, shell } from '../parts.ts';

const tags = ['v2'];

const infer =
  `The input \`image\` has the shape [n, 1, 28, 28], n from 1 to ${MAX_IMAGES}: FP32 in 0..1, or UINT8 in 0..255.
The output \`logits\` has the shape [n, 10]. Tensors may follow the JSON as bytes (binary tensor data extension):
\`Inference-Header-Content-Length\` is the length of the JSON, \`binary_data_size\` that of the tensor, and
\`binary_data_output\` or an output's \`binary_data\` asks for such an answer.`.replaceAll('\n', ' ');

const binary = {
  schema: { description: 'The JSON, then the tensor: little-endian, row by row.' },
};

const JSON_LENGTH = 'inference-header-content-length';
const jsonLength = described({
  description: 'Bytes of the JSON, where a tensor follows it.',
  type: 'integer',
  minimum: 0,
});

export const oipPaths: Paths = {
  '/v2': {
    get: {
      tags,
      operationId: 'v2Server',
      summary: 'Metadata of the server',
      responses: { '200': json('Name, version and extensions.', ServerMetadata), ...plainErrors() },
    },
  },
  '/v2/health/live': {
    get: {
      tags,
      operationId: 'v2Live',
      summary: 'Whether the server runs',
      responses: { '200': json('It does.', Live), ...plainErrors() },
    },
  },
  '/v2/health/ready': {
    get: {
      tags,
      operationId: 'v2Ready',
      summary: 'Whether the server can infer',
      responses: {
        ...plainErrors(),
        '200': json('It can.', Ready),
        '503': json('No model serves.', Ready),
      },
    },
  },
  ...modelPaths('/v2/models/{name}', '', [NAME]),
  ...modelPaths('/v2/models/{name}/versions/{version}', 'Version', [NAME, VERSION]),
};

/** A model's three addresses, with and without a version. */
function modelPaths(base: string, suffix: string, parameters: Parameter[]): Paths {
  const unknown = suffix ? (['unknown-model', 'unknown-version'] as const) : (['unknown-model'] as const);
  const model = suffix ? 'a version of a model' : 'a model';
  const metadata: { get: Operation } = {
    get: {
      tags,
      operationId: `v2Model${suffix}`,
      summary: `Metadata of ${model}`,
      parameters,
      responses: {
        '200': json('Versions, inputs and outputs.', ModelMetadata),
        ...plainErrors(...unknown, 'model-unavailable'),
      },
    },
  };
  const ready: { get: Operation } = {
    get: {
      tags,
      operationId: `v2ModelReady${suffix}`,
      summary: `Whether ${model} can infer`,
      parameters,
      responses: {
        ...plainErrors(...unknown),
        '200': json('It can.', ModelReady),
        '503': json('It does not serve.', ModelReady),
      },
    },
  };
  const inference: { post: Operation } = {
    post: {
      tags,
      operationId: `v2Infer${suffix}`,
      summary: `Inference by ${model}, on tensors`,
      description: infer,
      security: SECURITY,
      parameters: [...parameters, inHeader(JSON_LENGTH, jsonLength), TURNSTILE_TOKEN],
      requestBody: {
        required: true,
        content: {
          'application/json': { schema: requestSchema(InferRequest) },
          'application/octet-stream': binary,
        },
      },
      responses: {
        '200': {
          description: 'The logits. `id` comes back as it was sent.',
          content: {
            'application/json': { schema: answerSchema(InferResponse) },
            'application/octet-stream': binary,
          },
          headers: { [JSON_LENGTH]: jsonLength },
        },
        ...plainErrors(
          ...ACCESS_PROBLEMS,
          ...BODY_PROBLEMS,
          'too-many-images',
          ...unknown,
          'model-unavailable',
        ),
      },
      ...(suffix ? {} : shell(`curl --json @request.json "${ORIGIN}/v2/models/tinyvgg/infer"`)),
    },
  };
  return { [base]: metadata, [`${base}/ready`]: ready, [`${base}/infer`]: inference };
}

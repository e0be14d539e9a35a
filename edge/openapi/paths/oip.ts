/** @file /v2 in the OpenAPI document. */

import { RATES } from '../../access/rates.ts';
import { InferRequest } from '../../api/oip/requests.ts';
import {
  InferResponse,
  Live,
  ModelMetadata,
  ModelReady,
  Ready,
  ServerMetadata,
} from '../../api/oip/responses.ts';
import { MAX_IMAGES, MAX_TENSOR_VALUES } from '../../http/limits.ts';
import { ACCESS_PROBLEMS, ANY_KEY, PUBLIC, TURNSTILE_TOKEN } from '../access.ts';
import { requestSchema, responseSchema } from '../components.ts';
import * as examples from '../examples.ts';
import type { Operation, Parameter, Paths } from '../openapi.ts';
import { described, inHeader, MODEL_NAME, MODEL_VERSION } from '../parameters.ts';
import { BODY_PROBLEMS, json, plainErrors } from '../responses.ts';
import { codeSamples } from '../samples.ts';

const tags = ['v2'];

const JSON_LENGTH = 'inference-header-content-length';
const jsonLength = described({
  description: 'Length of the JSON in bytes, when a tensor follows it.',
  type: 'integer',
  minimum: 0,
});

const binary = {
  schema: { description: 'The JSON, followed by the tensor in little-endian, row-major order.' },
};

interface ModelRoutes {
  path: string;
  /** The path with its parameters filled in. */
  sample: string;
  idSuffix: string;
  subject: string;
  parameters: Parameter[];
  unknown: ('unknown-model' | 'unknown-version')[];
}

/** The three routes of a model, which exist with and without a version. */
function modelPaths(routes: ModelRoutes): Paths {
  return {
    [routes.path]: { get: metadataOperation(routes) },
    [`${routes.path}/ready`]: { get: readyOperation(routes) },
    [`${routes.path}/infer`]: { post: inferOperation(routes) },
  };
}

function metadataOperation({ sample, idSuffix, subject, parameters, unknown }: ModelRoutes): Operation {
  return {
    tags,
    operationId: `v2GetModel${idSuffix}`,
    summary: `Get the metadata of ${subject}`,
    description: 'Returns the version and the names, datatypes and shapes of inputs and outputs.',
    security: PUBLIC,
    parameters,
    responses: {
      '200': json('Model metadata.', ModelMetadata, examples.MODEL_METADATA),
      ...plainErrors(
        'invalid-query',
        'model-not-allowed',
        ...unknown,
        'too-many-requests',
        'model-unavailable',
      ),
    },
    'x-codeSamples': codeSamples({ method: 'GET', path: sample }),
  };
}

function readyOperation({ sample, idSuffix, subject, parameters, unknown }: ModelRoutes): Operation {
  return {
    tags,
    operationId: `v2CheckModel${idSuffix}`,
    summary: `Check that ${subject} can run inference`,
    description: `Runs the golden vectors of the model, at most every 30 seconds. Rate limit: ${RATES.visitor.limit} requests in ${RATES.visitor.period} seconds for each network.`,
    security: PUBLIC,
    parameters,
    responses: {
      ...plainErrors('invalid-query', 'model-not-allowed', ...unknown, 'too-many-requests'),
      '200': json('The model can run inference.', ModelReady, examples.MODEL_READY),
      '503': json('The model is not available.', ModelReady, examples.MODEL_NOT_READY),
    },
    'x-codeSamples': codeSamples({ method: 'GET', path: `${sample}/ready` }),
  };
}

const INFER =
  `The metadata of the model names its input and output and their shapes: \`[n, 1, 28, 28]\` and \`[n, 10]\` for the bundled model,
with n from 1 to ${MAX_IMAGES}. Sizes and labels are those of each model. The datatype is FP32 with pixels
in 0..1, or UINT8 with pixels in 0..255. With the binary tensor data extension,
tensors follow the JSON as bytes: \`Inference-Header-Content-Length\` is the length of the JSON and \`binary_data_size\` the length
of the tensor. Set \`binary_data_output\`, or \`binary_data\` on the output, to receive the logits as bytes. A tensor in JSON may have
${MAX_TENSOR_VALUES.toLocaleString('en')} values; send a larger one as bytes.`.replaceAll('\n', ' ');

const ONE_BLACK_IMAGE = {
  shell: '@request.json',
  javascript: `{
    inputs: [{ name: 'image', shape: [1, 1, 28, 28], datatype: 'UINT8', data: Array(784).fill(0) }],
  }`,
  python: `{
        "inputs": [{"name": "image", "shape": [1, 1, 28, 28], "datatype": "UINT8", "data": [0] * 784}],
    }`,
};

function inferOperation({ sample, idSuffix, subject, parameters, unknown }: ModelRoutes): Operation {
  return {
    tags,
    operationId: `v2Infer${idSuffix}`,
    summary: `Run inference with ${subject}`,
    description: INFER,
    security: ANY_KEY,
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
        description: 'The logits, and the `id` of the request.',
        content: {
          'application/json': { schema: responseSchema(InferResponse), examples: examples.INFER },
          'application/octet-stream': binary,
        },
        headers: { [JSON_LENGTH]: jsonLength },
      },
      ...plainErrors(
        ...ACCESS_PROBLEMS,
        'invalid-query',
        ...BODY_PROBLEMS,
        'too-many-images',
        ...unknown,
        'model-unavailable',
      ),
    },
    'x-codeSamples': codeSamples({
      method: 'POST',
      path: `${sample}/infer`,
      hasKey: true,
      body: { json: ONE_BLACK_IMAGE },
    }),
  };
}

export const oipPaths: Paths = {
  '/v2': {
    get: {
      tags,
      operationId: 'v2GetServer',
      summary: 'Get the server metadata',
      description: 'Returns the name, the version and the supported protocol extensions.',
      security: PUBLIC,
      responses: { '200': json('Server metadata.', ServerMetadata, examples.SERVER), ...plainErrors() },
      'x-codeSamples': codeSamples({ method: 'GET', path: '/v2' }),
    },
  },
  '/v2/health/live': {
    get: {
      tags,
      operationId: 'v2CheckLive',
      summary: 'Check that the server runs',
      description: 'Liveness probe of the Open Inference Protocol.',
      security: PUBLIC,
      responses: { '200': json('The server runs.', Live, examples.LIVE), ...plainErrors() },
      'x-codeSamples': codeSamples({ method: 'GET', path: '/v2/health/live' }),
    },
  },
  '/v2/health/ready': {
    get: {
      tags,
      operationId: 'v2CheckReady',
      summary: 'Check that the server can run inference',
      description: 'Readiness probe of the Open Inference Protocol. It runs the golden vectors of the model.',
      security: PUBLIC,
      responses: {
        ...plainErrors(),
        '200': json('The server can run inference.', Ready, examples.READY),
        '503': json('No model is available.', Ready, examples.NOT_READY),
      },
      'x-codeSamples': codeSamples({ method: 'GET', path: '/v2/health/ready' }),
    },
  },
  ...modelPaths({
    path: '/v2/models/{name}',
    sample: '/v2/models/tinyvgg',
    idSuffix: '',
    subject: 'a model',
    parameters: [MODEL_NAME],
    unknown: ['unknown-model'],
  }),
  ...modelPaths({
    path: '/v2/models/{name}/versions/{version}',
    sample: '/v2/models/tinyvgg/versions/$VERSION',
    idSuffix: 'Version',
    subject: 'a model version',
    parameters: [MODEL_NAME, MODEL_VERSION],
    unknown: ['unknown-version'],
  }),
};

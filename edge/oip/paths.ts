/** @file /v2 for the OpenAPI document. */
import * as z from 'zod';
import type { ZodOpenApiPathItemObject, ZodOpenApiPathsObject } from 'zod-openapi';
import { ACCESS_PROBLEMS, accessHeaders, SECURITY } from '../access/document.ts';
import { MAX_IMAGES } from '../limits.ts';
import { ORIGIN } from '../openapi/openapi.ts';
import { BODY_PROBLEMS, json, Name, plainErrors, shell, Version } from '../openapi/parts.ts';
import { InferResponse, Live, ModelMetadata, ModelReady, Ready, ServerMetadata } from './answers.ts';
import { InferRequest } from './requests.ts';

const tags = ['v2'];

const infer =
  `The input \`image\` has the shape [n, 1, 28, 28], n from 1 to ${MAX_IMAGES}: FP32 in 0..1, or UINT8 in 0..255.
The output \`logits\` has the shape [n, 10]. Tensors may follow the JSON as bytes (binary tensor data extension):
\`Inference-Header-Content-Length\` is the length of the JSON, \`binary_data_size\` that of the tensor, and
\`binary_data_output\` or an output's \`binary_data\` asks for such an answer.`.replaceAll('\n', ' ');

const binary = {
  schema: { description: 'The JSON, then the tensor: little-endian, row by row.' },
};

const JsonLength = z.object({
  'inference-header-content-length': z
    .string()
    .optional()
    .meta({
      description: 'Bytes of the JSON, where a tensor follows it.',
      override: { type: 'integer', minimum: 0 },
    }),
});

export const oipPaths: ZodOpenApiPathsObject = {
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
  ...modelPaths('/v2/models/{name}', '', z.object({ name: Name })),
  ...modelPaths(
    '/v2/models/{name}/versions/{version}',
    'Version',
    z.object({ name: Name, version: Version }),
  ),
};

/** A model's three addresses, with and without a version. */
function modelPaths(base: string, suffix: string, path: z.ZodObject): ZodOpenApiPathsObject {
  const unknown = suffix ? (['unknown-model', 'unknown-version'] as const) : (['unknown-model'] as const);
  const model = suffix ? 'a version of a model' : 'a model';
  const metadata: ZodOpenApiPathItemObject = {
    get: {
      tags,
      operationId: `v2Model${suffix}`,
      summary: `Metadata of ${model}`,
      requestParams: { path },
      responses: {
        '200': json('Versions, inputs and outputs.', ModelMetadata),
        ...plainErrors(...unknown, 'model-unavailable'),
      },
    },
  };
  const ready: ZodOpenApiPathItemObject = {
    get: {
      tags,
      operationId: `v2ModelReady${suffix}`,
      summary: `Whether ${model} can infer`,
      requestParams: { path },
      responses: {
        ...plainErrors(...unknown),
        '200': json('It can.', ModelReady),
        '503': json('It does not serve.', ModelReady),
      },
    },
  };
  const inference: ZodOpenApiPathItemObject = {
    post: {
      tags,
      operationId: `v2Infer${suffix}`,
      summary: `Inference by ${model}, on tensors`,
      description: infer,
      security: SECURITY,
      requestParams: { path, header: JsonLength.extend(accessHeaders) },
      requestBody: {
        required: true,
        content: { 'application/json': { schema: InferRequest() }, 'application/octet-stream': binary },
      },
      responses: {
        '200': {
          description: 'The logits. `id` comes back as it was sent.',
          content: { 'application/json': { schema: InferResponse }, 'application/octet-stream': binary },
          headers: JsonLength,
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

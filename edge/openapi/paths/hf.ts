/** @file /hf in the OpenAPI document. */
import { HfRequest } from '../../api/hf/requests.ts';
import { HfResponse } from '../../api/hf/responses.ts';
import { ACCESS_PROBLEMS, ANY_KEY, TURNSTILE_TOKEN } from '../access.ts';
import { requestSchema } from '../components.ts';
import { HF } from '../examples.ts';
import type { Paths } from '../openapi.ts';
import { MODEL_NAME } from '../parameters.ts';
import { BODY_PROBLEMS, IMAGE_PROBLEMS, imageContent, json, plainErrors } from '../responses.ts';
import { codeSamples } from '../samples.ts';

export const hfPaths: Paths = {
  '/hf/models/{name}': {
    post: {
      tags: ['hf'],
      operationId: 'hfClassify',
      summary: 'Classify an image for a Hugging Face client',
      description:
        'Accepts and returns what Hugging Face’s image classification task does. Pass this URL to a Hugging Face client as its endpoint, such as `endpointUrl` in `@huggingface/inference`, and an API key as its access token.',
      security: ANY_KEY,
      parameters: [MODEL_NAME, TURNSTILE_TOKEN],
      requestBody: {
        required: true,
        content: { ...imageContent, 'application/json': { schema: requestSchema(HfRequest) } },
      },
      responses: {
        '200': json('Labels with scores, highest score first.', HfResponse, HF),
        ...plainErrors(
          ...ACCESS_PROBLEMS,
          'invalid-query',
          ...BODY_PROBLEMS,
          ...IMAGE_PROBLEMS,
          'unknown-model',
          'model-unavailable',
        ),
      },
      'x-codeSamples': codeSamples({
        method: 'POST',
        path: '/hf/models/tinyvgg',
        hasKey: true,
        body: { file: 'photo.jpg' },
      }),
    },
  },
};

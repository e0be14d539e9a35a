/** @file /hf for the OpenAPI document. */

import { HfAnswer } from '../../api/hf/answers.ts';
import { HfRequest } from '../../api/hf/requests.ts';
import { ACCESS_PROBLEMS, SECURITY, TURNSTILE_TOKEN } from '../access.ts';
import { requestSchema } from '../components.ts';
import { ORIGIN, type Paths } from '../openapi.ts';
import { NAME } from '../parameters.ts';
import { BODY_PROBLEMS, IMAGE_PROBLEMS, imageContent, json, plainErrors, shell } from '../parts.ts';

export const hfPaths: Paths = {
  '/hf/models/{name}': {
    post: {
      tags: ['hf'],
      operationId: 'hfImageClassification',
      summary: 'Image classification as Hugging Face answers it',
      description:
        'Hugging Face’s clients work with this address as their endpoint, such as `endpointUrl` of `@huggingface/inference`.',
      security: SECURITY,
      parameters: [NAME, TURNSTILE_TOKEN],
      requestBody: {
        required: true,
        content: { ...imageContent, 'application/json': { schema: requestSchema(HfRequest) } },
      },
      responses: {
        '200': json('Labels with their scores.', HfAnswer),
        ...plainErrors(
          ...ACCESS_PROBLEMS,
          ...BODY_PROBLEMS,
          ...IMAGE_PROBLEMS,
          'unknown-model',
          'model-unavailable',
        ),
      },
      ...shell(`curl --data-binary @picture.png "${ORIGIN}/hf/models/tinyvgg"`),
    },
  },
};

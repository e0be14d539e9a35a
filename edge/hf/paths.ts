/** @file /hf for the OpenAPI document. */
import * as z from 'zod';
import type { ZodOpenApiPathsObject } from 'zod-openapi';
import { ACCESS_PROBLEMS, accessHeaders, SECURITY } from '../access/document.ts';
import { ORIGIN } from '../openapi/openapi.ts';
import {
  BODY_PROBLEMS,
  IMAGE_PROBLEMS,
  imageContent,
  json,
  Name,
  plainErrors,
  shell,
} from '../openapi/parts.ts';
import { HfAnswer } from './answers.ts';
import { HfRequest } from './requests.ts';

export const hfPaths: ZodOpenApiPathsObject = {
  '/hf/models/{name}': {
    post: {
      tags: ['hf'],
      operationId: 'hfImageClassification',
      summary: 'Image classification as Hugging Face answers it',
      description:
        'Hugging Face’s clients work with this address as their endpoint, such as `endpointUrl` of `@huggingface/inference`.',
      security: SECURITY,
      requestParams: { path: z.object({ name: Name }), header: z.object(accessHeaders) },
      requestBody: {
        required: true,
        content: { ...imageContent, 'application/json': { schema: HfRequest() } },
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

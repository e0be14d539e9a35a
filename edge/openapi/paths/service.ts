/** @file The addresses about the service itself, for the OpenAPI document. */
import * as v from 'valibot';
import { Health } from '../health.ts';
import type { Answer, Paths } from '../openapi.ts';
import { inPath } from '../parameters.ts';
import { json, problems } from '../parts.ts';
import { Problem } from '../schemas.ts';

const tags = ['service'];

const { type, title, status } = Problem.entries;

const text = (description: string, type: string): Answer => ({
  description,
  content: { [type]: { schema: { type: 'string' } } },
});

export const servicePaths: Paths = {
  '/': {
    get: {
      tags,
      operationId: 'index',
      summary: 'This list',
      responses: { '200': text('All addresses.', 'text/plain'), ...problems() },
    },
  },
  '/health/live': {
    get: {
      tags,
      operationId: 'live',
      summary: 'Whether the Worker runs',
      responses: { '200': json('It does.', v.object({ status: v.literal('live') })), ...problems() },
    },
  },
  '/health/ready': {
    get: {
      tags,
      operationId: 'ready',
      summary: 'Whether a model proves itself now; which, and what the object store last said',
      responses: {
        '200': json('One does: it has just computed its golden logits.', Health),
        ...problems('model-unavailable'),
      },
    },
  },
  '/metrics': {
    get: {
      tags,
      operationId: 'metrics',
      summary: 'What one isolate has done, for Prometheus',
      security: [{ bearer: [] }],
      responses: {
        '200': text('Exposition format 0.0.4.', 'text/plain'),
        ...problems('no-key', 'wrong-key', 'closed', 'too-many-requests', 'misconfigured'),
      },
    },
  },
  '/problems/{type}': {
    get: {
      tags,
      operationId: 'problem',
      summary: 'What a problem’s type means',
      parameters: [inPath('type')],
      responses: {
        '200': json('Its title and status.', v.object({ type, title, status })),
        ...problems('not-found'),
      },
    },
  },
};

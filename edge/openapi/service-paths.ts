/** @file The addresses about the service itself, for the OpenAPI document. */
import * as z from 'zod';
import type { ZodOpenApiPathsObject } from 'zod-openapi';
import { ModelName } from '../v1/answers.ts';
import { json, problems } from './parts.ts';
import { Problem } from './schemas.ts';

const tags = ['service'];

const Health = z
  .object({
    status: z.enum(['ready', 'degraded']).meta({
      description:
        'Both answer. `degraded`: the last look at the object store failed, and the last good model serves, or the one in the Worker.',
    }),
    model: ModelName,
    engine: z.string(),
    store: z.object({
      checkedAt: z.iso
        .datetime()
        .nullable()
        .meta({ description: 'When the object store was last looked at.' }),
      succeededAt: z.iso.datetime().nullable().meta({ description: 'When that last succeeded.' }),
      failures: z.int().min(0).meta({ description: 'Looks that have failed since then.' }),
      error: z.string().nullable().meta({ description: 'Why the last one failed.' }),
    }),
  })
  .meta({ id: 'Health' });

const text = (description: string, type: string) => ({
  description,
  content: { [type]: { schema: z.string() } },
});

export const servicePaths: ZodOpenApiPathsObject = {
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
      responses: { '200': json('It does.', z.object({ status: z.literal('live') })), ...problems() },
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
      requestParams: { path: z.object({ type: z.string() }) },
      responses: {
        '200': json('Its title and status.', Problem.pick({ type: true, title: true, status: true })),
        ...problems('not-found'),
      },
    },
  },
};

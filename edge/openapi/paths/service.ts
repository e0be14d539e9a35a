/** @file Health, metrics and problem types in the OpenAPI document. */
import * as v from 'valibot';
import { Health } from '../../api/service/responses.ts';
import { Problem } from '../../http/problem-schema.ts';
import { API_KEY, GUARD_PROBLEMS, PUBLIC } from '../access.ts';
import { HEALTH, INDEX, METRICS, PROBLEM, SERVICE_LIVE } from '../examples.ts';
import type { Paths } from '../openapi.ts';
import { inPath } from '../parameters.ts';
import { json, plainText, problems } from '../responses.ts';
import { codeSamples } from '../samples.ts';

const tags = ['service'];

const { type, title, status } = Problem.entries;

const PROBLEM_TYPE = inPath('type', {
  type: 'string',
  description: 'Last segment of a problem’s `type`.',
  examples: ['too-many-images'],
});

export const servicePaths: Paths = {
  '/': {
    get: {
      tags,
      operationId: 'listRoutes',
      summary: 'List the routes',
      description:
        'Returns the routes as text. Clients that accept `text/html` receive the try page instead.',
      security: PUBLIC,
      responses: { '200': plainText('The routes, one per line.', INDEX), ...problems() },
      'x-codeSamples': codeSamples({ method: 'GET', path: '/', result: 'text' }),
    },
  },
  '/health/live': {
    get: {
      tags,
      operationId: 'checkLive',
      summary: 'Check that the Worker runs',
      description: 'Liveness probe. It touches neither the object store nor a model.',
      security: PUBLIC,
      responses: {
        '200': json('The Worker runs.', v.object({ status: v.literal('live') }), SERVICE_LIVE),
        ...problems(),
      },
      'x-codeSamples': codeSamples({ method: 'GET', path: '/health/live' }),
    },
  },
  '/health/ready': {
    get: {
      tags,
      operationId: 'checkReady',
      summary: 'Check that a model can serve',
      description:
        'Readiness probe. It runs the golden vectors of the current model and reports the model, the engine and the state of the object store.',
      security: PUBLIC,
      responses: {
        '200': json('The model reproduced its golden logits.', Health, HEALTH),
        ...problems('model-unavailable'),
      },
      'x-codeSamples': codeSamples({ method: 'GET', path: '/health/ready' }),
    },
  },
  '/metrics': {
    get: {
      tags,
      operationId: 'getMetrics',
      summary: 'Read the metrics of one isolate',
      description:
        'Returns counters and gauges in Prometheus’ exposition format 0.0.4. Each isolate counts only its own requests. The label `isolate` distinguishes the isolates.',
      security: API_KEY,
      responses: {
        '200': plainText('Metrics in exposition format 0.0.4.', METRICS),
        ...problems(...GUARD_PROBLEMS),
      },
      'x-codeSamples': codeSamples({ method: 'GET', path: '/metrics', hasKey: true, result: 'text' }),
    },
  },
  '/problems/{type}': {
    get: {
      tags,
      operationId: 'getProblem',
      summary: 'Explain a problem type',
      description: 'The `type` of every problem response points here.',
      security: PUBLIC,
      parameters: [PROBLEM_TYPE],
      responses: {
        '200': json('Title and status of the problem type.', v.object({ type, title, status }), PROBLEM),
        ...problems('not-found'),
      },
      'x-codeSamples': codeSamples({ method: 'GET', path: '/problems/too-many-images' }),
    },
  },
};

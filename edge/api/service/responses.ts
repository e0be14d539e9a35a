/** @file Response schema of `GET /health/ready`. */
import * as v from 'valibot';
import { Time, Whole } from '#shared/validation.ts';
import { ModelInfo } from '../v1/responses.ts';

export const Health = v.object({
  status: v.pipe(
    v.picklist(['ready', 'degraded']),
    v.description(
      'The Worker classifies images in both states. `degraded`: the last read of the object store failed, so the last good model or the bundled model serves.',
    ),
  ),
  worker: v.pipe(
    v.nullable(v.string()),
    v.description('Deployed version of the Worker. Null without the version metadata binding.'),
  ),
  model: ModelInfo,
  engine: v.pipe(v.string(), v.description('Name of the inference engine that runs the model.')),
  store: v.pipe(
    v.object({
      checkedAt: v.pipe(v.nullable(Time), v.description('Time of the last read.')),
      succeededAt: v.pipe(v.nullable(Time), v.description('Time of the last successful read.')),
      failures: v.pipe(
        Whole,
        v.minValue(0),
        v.description('Number of failed reads since the last successful one.'),
      ),
      error: v.pipe(v.nullable(v.string()), v.description('Error of the last read, or null.')),
    }),
    v.description('Reads of the default alias from the object store by this isolate.'),
  ),
});

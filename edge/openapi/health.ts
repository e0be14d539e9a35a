/** @file What `GET /health/ready` answers. */
import * as v from 'valibot';
import { Time, Whole } from '#shared/validation.ts';
import { ModelName } from '../api/v1/answers.ts';

export const Health = v.object({
  status: v.pipe(
    v.picklist(['ready', 'degraded']),
    v.description(
      'Both answer. `degraded`: the last look at the object store failed, and the last good model serves, or the one in the Worker.',
    ),
  ),
  worker: v.pipe(
    v.nullable(v.string()),
    v.description('The deployed version of the Worker that answers; null where none is bound.'),
  ),
  model: ModelName,
  engine: v.string(),
  store: v.object({
    checkedAt: v.pipe(v.nullable(Time), v.description('When the object store was last looked at.')),
    succeededAt: v.pipe(v.nullable(Time), v.description('When that last succeeded.')),
    failures: v.pipe(Whole, v.minValue(0), v.description('Looks that have failed since then.')),
    error: v.pipe(v.nullable(v.string()), v.description('Why the last one failed.')),
  }),
});

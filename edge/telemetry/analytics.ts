/**
 * @file Requests of all isolates, in Workers Analytics Engine: one data point each, kept for three months and asked in SQL.
 * https://developers.cloudflare.com/analytics/analytics-engine/
 *
 * | column    | what it is                                                                      |
 * | --------- | ------------------------------------------------------------------------------- |
 * | `index1`  | route (`/v1/classify`), by which Cloudflare samples: rare routes stay in sight   |
 * | `blob1`   | method                                                                          |
 * | `blob2`   | type of the problem (`damaged-image`), or empty                                 |
 * | `blob3`   | version of the model that answered, or empty                                    |
 * | `blob4`   | alias it was found under; empty for a version that the request named            |
 * | `blob5`   | engine                                                                          |
 * | `blob6`   | kinds of the images: `jpeg,png`                                                 |
 * | `blob7`   | problems of single images: `damaged-image`                                      |
 * | `blob8`   | name of the bearer key, or the site key; empty without one                      |
 * | `double1` | status                                                                          |
 * | `double2` | images                                                                          |
 * | `double3` | images that were not read                                                       |
 * | `double4` | bytes of the body                                                               |
 * | `double5` | milliseconds that the request waited for its body                               |
 * | `double6` | milliseconds that it waited for the object store                                |
 *
 * A point stands for `_sample_interval` requests. The share of refused images by model and hour:
 *
 * ```sql
 * SELECT toStartOfInterval(timestamp, INTERVAL '1' HOUR) AS hour, blob3 AS version,
 *        SUM(double3 * _sample_interval) / SUM(double2 * _sample_interval) AS refused
 * FROM tinyvgg_edge
 * WHERE index1 = '/v1/classify' AND double2 > 0 AND timestamp > NOW() - INTERVAL '1' DAY
 * GROUP BY hour, version ORDER BY hour
 * ```
 */
import type { Caller } from '../access/caller.ts';
import { log } from './log.ts';
import { type EndedRequest, imageFacts } from './request.ts';

const nameOf = (caller: Caller | undefined): string =>
  caller?.kind === 'key' ? caller.name : caller?.kind === 'visitor' ? caller.site : '';

/** Writes a data point where the dataset is bound. Does not wait, and never throws: nobody's answer depends on it. */
export function writeDataPoint(dataset: AnalyticsEngineDataset | undefined, request: EndedRequest): void {
  const { id, route, method, status, problem, caller, model, bodyBytes, waits } = request;
  const { images, imagesRefused, imageKinds, imageProblems } = imageFacts(request);
  try {
    dataset?.writeDataPoint({
      indexes: [route],
      blobs: [
        method,
        problem ?? '',
        model?.manifest.version ?? '',
        model?.alias ?? '',
        model?.engine ?? '',
        imageKinds,
        imageProblems,
        nameOf(caller),
      ],
      doubles: [status, images, imagesRefused, bodyBytes, waits.body ?? 0, waits.store ?? 0],
    });
  } catch (error) {
    log('warn', 'Analytics Engine takes no data point', { requestId: id, error: String(error) });
  }
}

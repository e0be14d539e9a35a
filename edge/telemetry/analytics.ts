/**
 * @file Writes one data point per request to Workers Analytics Engine, which keeps them for three months and supports SQL queries.
 * https://developers.cloudflare.com/analytics/analytics-engine/
 *
 * | column    | content                                                                              |
 * | --------- | ------------------------------------------------------------------------------------ |
 * | `index1`  | route (`/v1/classify`); Cloudflare samples by it, so rare routes are not lost         |
 * | `blob1`   | method                                                                               |
 * | `blob2`   | problem type (`damaged-image`), or empty                                             |
 * | `blob3`   | version of the model, or empty                                                       |
 * | `blob4`   | alias of the model; empty when the request selected a version                        |
 * | `blob5`   | engine                                                                               |
 * | `blob6`   | kinds of the images: `jpeg,png`                                                      |
 * | `blob7`   | problem types of single images: `damaged-image`                                      |
 * | `blob8`   | name of the API key, or the site key; empty without one                              |
 * | `double1` | status                                                                               |
 * | `double2` | number of images                                                                     |
 * | `double3` | number of unreadable images                                                          |
 * | `double4` | size of the body in bytes                                                            |
 * | `double5` | milliseconds that the request waited for its body                                    |
 * | `double6` | milliseconds that the request waited for the object store                            |
 *
 * A data point stands for `_sample_interval` requests. Share of unreadable images by model version and hour:
 *
 * ```sql
 * SELECT toStartOfInterval(timestamp, INTERVAL '1' HOUR) AS hour, blob3 AS version,
 *        SUM(double3 * _sample_interval) / SUM(double2 * _sample_interval) AS refused
 * FROM tinyvgg_edge
 * WHERE index1 = '/v1/classify' AND double2 > 0 AND timestamp > NOW() - INTERVAL '1' DAY
 * GROUP BY hour, version ORDER BY hour
 * ```
 */
import type { Caller } from '../http/record.ts';
import { type CompletedRequest, imageSummary } from './completed-request.ts';
import { log } from './log.ts';

const callerName = (caller: Caller | undefined): string =>
  caller?.kind === 'key' ? caller.name : caller?.kind === 'visitor' ? caller.site : '';

/** Writes a data point if the dataset is bound. Returns at once and never throws. */
export function writeDataPoint(dataset: AnalyticsEngineDataset | undefined, request: CompletedRequest): void {
  const { id, route, method, status, problem, caller, model, bodyBytes, waits } = request;
  const { images, imagesRefused, imageKinds, imageProblems } = imageSummary(request);
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
        callerName(caller),
      ],
      doubles: [status, images, imagesRefused, bodyBytes, waits.body ?? 0, waits.store ?? 0],
    });
  } catch (error) {
    log('warn', 'Analytics Engine rejected a data point', { requestId: id, error: String(error) });
  }
}

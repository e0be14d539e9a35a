/**
 * @file Counters, histograms and gauges in Prometheus' exposition format 0.0.4.
 * https://prometheus.io/docs/instrumenting/exposition_formats/
 */

export const CONTENT_TYPE = 'text/plain; version=0.0.4; charset=utf-8';

export type Labels = Readonly<Record<string, string>>;

/** `suffix` is appended to the family's name; `labels` are already serialized. */
type Sample = [suffix: string, labels: string, value: number];

/** A metric with all its series. */
export interface Family {
  name: string;
  type: 'counter' | 'gauge' | 'histogram';
  help: string;
  samples: Sample[];
}

export interface Counter {
  /** Increases a series. Adding 0 creates it: Prometheus does not see the increase of a series that begins at 1. */
  add(labels?: Labels, by?: number): void;
  family(): Family;
}

export function counter(name: string, help: string): Counter {
  const series = new Map<string, number>();
  return {
    add(labels = {}, by = 1) {
      const key = labelText(labels);
      series.set(key, (series.get(key) ?? 0) + by);
    },
    family: () => ({ name, type: 'counter', help, samples: [...series].map(([key, n]) => ['', key, n]) }),
  };
}

export interface Histogram {
  observe(labels: Labels, value: number): void;
  family(): Family;
}

/** @param bounds ascending upper bounds of the buckets; a bucket without a bound is added */
export function histogram(name: string, help: string, bounds: readonly number[]): Histogram {
  const buckets = [...bounds, Number.POSITIVE_INFINITY];
  const series = new Map<string, { counts: number[]; sum: number }>();
  return {
    observe(labels, value) {
      const key = labelText(labels);
      const entry = series.get(key) ?? { counts: buckets.map(() => 0), sum: 0 };
      // Buckets are cumulative: each counts all values up to its bound.
      entry.counts = entry.counts.map((count, i) => count + (value <= (buckets[i] as number) ? 1 : 0));
      entry.sum += value;
      series.set(key, entry);
    },
    family: () => ({
      name,
      type: 'histogram',
      help,
      samples: [...series].flatMap(([key, { counts, sum }]): Sample[] => [
        ...counts.map(
          (count, i): Sample => [
            '_bucket',
            `${key},le="${buckets[i] === Number.POSITIVE_INFINITY ? '+Inf' : buckets[i]}"`,
            count,
          ],
        ),
        ['_sum', key, sum],
        ['_count', key, counts.at(-1) ?? 0],
      ]),
    }),
  };
}

/** The current value of a state. The metric has no series when `value` is undefined. */
export function gauge(name: string, help: string, value: number | undefined, labels: Labels = {}): Family {
  return { name, type: 'gauge', help, samples: value === undefined ? [] : [['', labelText(labels), value]] };
}

/** Serializes metrics. @param common labels of every sample */
export function exposition(families: readonly Family[], common: Labels): string {
  const shared = labelText(common);
  return families
    .map(({ name, type, help, samples }) =>
      [
        `# HELP ${name} ${help}`,
        `# TYPE ${name} ${type}`,
        ...samples.map(
          ([suffix, labels, value]) => `${name}${suffix}{${shared}${labels && `,${labels}`}} ${value}`,
        ),
        '',
      ].join('\n'),
    )
    .join('');
}

/** Serializes labels. The format escapes backslash, double quote and line feed like JSON. */
function labelText(labels: Labels): string {
  return Object.entries(labels)
    .map(([name, value]) => `${name}=${JSON.stringify(value)}`)
    .join(',');
}

/**
 * @file Counters, and the text in which Prometheus reads them: exposition format 0.0.4.
 * https://prometheus.io/docs/instrumenting/exposition_formats/
 */

export const CONTENT_TYPE = 'text/plain; version=0.0.4; charset=utf-8';

export type Labels = Readonly<Record<string, string>>;

/** `suffix` follows the family's name; `labels` are written out. */
type Sample = [suffix: string, labels: string, value: number];

/** A metric with all its labels. */
export interface Family {
  name: string;
  type: 'counter' | 'gauge' | 'histogram';
  help: string;
  samples: Sample[];
}

export interface Counter {
  /** With 0, lets a series be there before its first event: what begins at 1 was never seen to rise. */
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

/** @param bounds upper bounds of the buckets, ascending; the last bucket has none */
export function histogram(name: string, help: string, bounds: readonly number[]): Histogram {
  const buckets = [...bounds, Number.POSITIVE_INFINITY];
  const series = new Map<string, { counts: number[]; sum: number }>();
  return {
    observe(labels, value) {
      const key = labelText(labels);
      const entry = series.get(key) ?? { counts: buckets.map(() => 0), sum: 0 };
      // A bucket counts all that is not above its bound, so that each holds those before it.
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

/** A state, as it is now; none when there is nothing to say. */
export function gauge(name: string, help: string, value: number | undefined, labels: Labels = {}): Family {
  return { name, type: 'gauge', help, samples: value === undefined ? [] : [['', labelText(labels), value]] };
}

/** @param common labels of every sample */
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

/** Backslash, double quote and line feed are escaped here as in JSON. */
function labelText(labels: Labels): string {
  return Object.entries(labels)
    .map(([name, value]) => `${name}=${JSON.stringify(value)}`)
    .join(',');
}

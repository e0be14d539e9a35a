/** @file Reads `/metrics`. That the text is what Prometheus reads, promtool says in test/end-to-end/soak.test.ts. */
import { expect } from 'vitest';
import { type isolate, OPERATOR } from './tiny.ts';

/** Every sample by its name and labels, the isolate's left out: `tinyvgg_images_total{kind="png",outcome="read"}`. */
export async function scrape({ send }: ReturnType<typeof isolate>): Promise<Map<string, number>> {
  const response = await send('/metrics', { headers: OPERATOR });
  expect(response.headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8');
  const samples = new Map<string, number>();
  for (const line of (await response.text()).trimEnd().split('\n')) {
    if (line.startsWith('#')) continue;
    const [, name, isolate, labels, value] = /^(\w+)\{isolate="(\w+)"(?:,(.*))?\} (\S+)$/.exec(line) ?? [];
    expect(isolate, line).toMatch(/^[0-9a-f]{8}$/);
    samples.set(labels ? `${name}{${labels}}` : `${name}`, Number(value));
  }
  return samples;
}

/** @file Reads `/metrics`. test/end-to-end/soak.test.ts checks the format with promtool. */
import { expect } from 'vitest';
import { type isolate, OPERATOR } from './tiny.ts';

/** Returns samples by name and labels, without the label `isolate`: `tinyvgg_images_total{kind="png",outcome="read"}`. */
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

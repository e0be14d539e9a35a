/**
 * @file Visitors beside attackers. `npm run bench:hostile` does the same for ten minutes.
 * @module-tag slow
 */
import { beforeAll, describe, expect, it } from 'vitest';
import { MAX_DECODER_BYTES } from '#shared/decode/memory.ts';
import { type HostileTraffic, hostileTraffic } from './hostile-traffic/hostile-traffic.ts';

const SECONDS = 10;
/** 100 MB. Cloudflare ends an isolate of more than 128 MB. */
const MAX_ISOLATE_MIB = 95;

let traffic: HostileTraffic;
beforeAll(async () => {
  traffic = await hostileTraffic(SECONDS);
});

describe('the Worker under hostile traffic', () => {
  it('answers all valid requests, and fails no hostile one with a server error', () => {
    expect(traffic.failures).toEqual([]);
    expect(traffic.latencies.visitor.length).toBeGreaterThan(0);
    expect(traffic.hostile.size).toBeGreaterThan(0);
  });

  it(`keeps the isolate below ${MAX_ISOLATE_MIB} MiB`, () => {
    expect(traffic.heap.length).toBeGreaterThan(0);
    const { heap, after } = traffic;
    // The snapshot must see the decoders' memory: a progressive JPEG of 12 megapixels takes more than 30 MiB.
    expect(after.buffers).toBeGreaterThan(30);
    expect(Math.max(...heap.map(({ total }) => total)) + after.buffers).toBeLessThan(MAX_ISOLATE_MIB);
  });

  it(`keeps the decoders’ isolate below ${MAX_ISOLATE_MIB} MiB`, () => {
    expect(traffic.decoders.length).toBeGreaterThan(0);
    const most = Math.max(...traffic.decoders.map(({ total }) => total));
    expect(most + MAX_DECODER_BYTES / 2 ** 20).toBeLessThan(MAX_ISOLATE_MIB);
  });
});

/** @file GET /metrics: correct counts and a bounded number of series. */
import fc from 'fast-check';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { REFRESH_MS } from '../../../edge/registry/alias-follower.ts';
import type { BundledModel } from '../../../edge/registry/version-cache.ts';
import { scrape } from '../support/scrape.ts';
import { emptyBucket, isolate, OPERATOR, promote, put, tinyRelease, utf8 } from '../support/tiny.ts';
import { form, jpegFile, pngFile, post, truncatedFile } from './files.ts';

let bundled: BundledModel;
let first: BundledModel;
let second: BundledModel;
beforeAll(async () => {
  [bundled, first, second] = await Promise.all([tinyRelease(1), tinyRelease(2), tinyRelease(3)]);
});

afterEach(emptyBucket);

describe('/metrics', () => {
  it('counts requests, images, problems and bytes', async () => {
    const worker = isolate(bundled);
    await worker.send('/v1/classify', post(pngFile));
    await worker.send('/v1/classify', post(form(pngFile, jpegFile, utf8('text'))));
    await worker.send(
      '/v1/classify',
      post(new Uint8Array(2 * 784), { 'content-type': 'application/octet-stream' }),
    );
    await worker.send('/v1/classify', post(truncatedFile));
    await worker.send('/hf/models/tinyvgg', post(jpegFile));
    await worker.send('/v1/models/tinyvgg');
    await worker.send('/v1/models/other');
    await worker.send('/v1/classify');
    const samples = await scrape(worker);
    const by = (prefix: string) =>
      Object.fromEntries(
        [...samples].filter(([name]) => name.startsWith(prefix)).map(([k, v]) => [k.slice(prefix.length), v]),
      );
    expect(by('tinyvgg_http_requests_total')).toEqual({
      '{route="/v1/classify",method="POST",status="200"}': 3,
      '{route="/v1/classify",method="POST",status="422"}': 1,
      '{route="/hf/models/:name",method="POST",status="200"}': 1,
      '{route="/v1/models/:name",method="GET",status="200"}': 1,
      '{route="/v1/models/:name",method="GET",status="404"}': 1,
      '{route="none",method="GET",status="405"}': 1,
    });
    expect(by('tinyvgg_images_total')).toEqual({
      '{kind="png",outcome="read"}': 2,
      '{kind="png",outcome="damaged-image"}': 1,
      '{kind="jpeg",outcome="read"}': 2,
      '{kind="unknown",outcome="unsupported-image"}': 1,
      '{kind="pixels",outcome="read"}': 2,
    });
    expect(by('tinyvgg_problems_total')).toEqual({
      '{type="damaged-image"}': 1,
      '{type="unknown-model"}': 1,
      '{type="method-not-allowed"}': 1,
    });
    expect(samples.get('tinyvgg_http_request_body_bytes_total')).toBeGreaterThan(pngFile.length + 2 * 784);
    expect(samples.get('tinyvgg_wait_seconds_count{for="body"}')).toBe(5);
    expect(samples.get('tinyvgg_wait_seconds_bucket{for="body",le="+Inf"}')).toBe(5);
  });

  it('counts tensors', async () => {
    const worker = isolate(bundled);
    const inputs = [{ name: 'image', shape: [3, 1, 28, 28], datatype: 'FP32', data: Array(3 * 784).fill(0) }];
    const body = JSON.stringify({ inputs });
    await worker.send('/v2/models/tinyvgg/infer', post(body, { 'content-type': 'application/json' }));
    expect((await scrape(worker)).get('tinyvgg_images_total{kind="tensor",outcome="read"}')).toBe(3);
  });

  it('reports the model, the last success of the store and the number of swaps', async () => {
    const worker = isolate(bundled);
    expect((await scrape(worker)).has('tinyvgg_model_info')).toBe(false);
    await worker.send('/v1/models');
    const info = ({ manifest }: BundledModel, alias: string) =>
      `tinyvgg_model_info{version="${manifest.version}",alias="${alias}",engine="tiny"}`;
    let samples = await scrape(worker);
    expect(samples.get(info(bundled, 'bundled'))).toBe(1);
    expect(samples.get('tinyvgg_bundled')).toBe(1);
    expect(samples.get('tinyvgg_store_last_success_timestamp_seconds')).toBe(0);
    expect(samples.get('tinyvgg_store_failed_looks')).toBe(1);

    for (const release of [first, second]) {
      await put(release);
      await promote(release);
      worker.clock.now += REFRESH_MS;
      await worker.send('/v1/models');
    }
    samples = await scrape(worker);
    expect(samples.get(info(bundled, 'bundled'))).toBeUndefined();
    expect(samples.get(info(second, 'stable'))).toBe(1);
    expect(samples.get('tinyvgg_bundled')).toBe(0);
    expect(samples.get('tinyvgg_model_swaps_total')).toBe(1);
    expect(samples.get('tinyvgg_store_looks_total{alias="stable",outcome="changed"}')).toBe(2);
    expect(samples.get('tinyvgg_store_last_success_timestamp_seconds')).toBe(worker.clock.now / 1000);
  });

  it('labels samples with the isolate', async () => {
    const workers = [isolate(bundled), isolate(bundled)];
    const starts = await Promise.all(
      workers.map(async ({ send }) => (await send('/metrics', { headers: OPERATOR })).text()),
    );
    const ids = starts.map((text) => /isolate="(\w+)"/.exec(text)?.[1]);
    expect(new Set(ids).size).toBe(2);
    const started = (await scrape(isolate(bundled))).get('tinyvgg_isolate_start_time_seconds');
    expect(started).toBe(isolate(bundled).clock.now / 1000);
  });

  it('has a bounded number of series, whatever clients send', async () => {
    const worker = isolate(bundled);
    const word = fc.stringMatching(/^[a-z0-9-]{1,12}$/);
    const paths = fc.oneof(
      word.map((name) => `/${name}`),
      word.map((name) => `/v1/models/${name}`),
      word.map((name) => `/problems/${name}`),
      word.map((name) => `/hf/models/${name}`),
      word.map((name) => `/v2/models/tinyvgg/versions/${name}`),
      word.map((name) => `/v1/classify?alias=${name}`),
    );
    const methods = fc.constantFrom('GET', 'POST', 'PUT', 'DELETE', 'LOCK', 'COPY', 'PROPFIND', 'MKCOL');
    const send = async (count: number) => {
      await fc.assert(
        fc.asyncProperty(paths, methods, async (path, method) => {
          const body = method === 'GET' ? {} : { body: pngFile };
          await (await worker.send(path, { method, ...body })).text();
        }),
        { numRuns: count },
      );
      return (await scrape(worker)).size;
    };
    await send(300);
    const after = await send(300);
    expect(after).toBeLessThan(120);
    for (const name of (await scrape(worker)).keys()) {
      expect(name).toMatch(/^tinyvgg_\w+(\{.*\})?$/);
      if (!name.includes('route=')) continue;
      const method = /method="([^"]*)"/.exec(name)?.[1];
      expect(['GET', 'POST', 'PUT', 'DELETE', 'other']).toContain(method);
    }
  });
});

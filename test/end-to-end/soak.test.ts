/**
 * @file Model swaps under load: responses, memory, metrics and logs. `npm run bench:soak` does the same for longer.
 * @module-tag slow
 */
import { spawnSync } from 'node:child_process';
import { beforeAll, describe, expect, it } from 'vitest';
import { onnxPredictor } from '../../train/release/onnxruntime.ts';
import { SOAK_REFRESH_MS, type Soak, soak } from './soak/soak.ts';

const REQUESTS = 400;
const SWAPS = 10;

/** Limit in milliseconds for reading the alias and for loading and testing a model. It takes 50 ms on a quiet machine. */
const LOAD_MS = 20_000;

let figures: Soak;
beforeAll(async () => {
  figures = await soak({ requests: REQUESTS, swaps: SWAPS, logLevel: 'log' });
});

describe('requests while models are swapped', () => {
  it('all succeed', () => {
    expect(figures.errors).toEqual([]);
    expect(figures.requests).toBeGreaterThanOrEqual(REQUESTS);
    expect(figures.latencies).toHaveLength(figures.requests);
  });

  it('get a response of a version that was current when they began, or one refresh earlier', () => {
    expect(figures.swaps).toBe(SWAPS);
    expect(figures.versions.size).toBe(figures.releases.length);
    expect(figures.lag).toBeLessThan(SOAK_REFRESH_MS + LOAD_MS);
  });

  it('get the scores of the version that the response names', () => {
    expect(figures.predictions.size).toBeGreaterThan(figures.releases.length);
    for (const [key, texts] of figures.predictions)
      expect([...texts], key).toEqual([figures.expected.get(key)]);
  });

  it('get the scores that onnxruntime computes from the same version', async () => {
    for (const { manifest, files } of figures.releases) {
      const predict = await onnxPredictor(files.onnx);
      const logits = await predict(figures.images, figures.images.length / 784);
      for (let image = 0; image < figures.images.length / 784; image++) {
        const powers = Array.from(logits.subarray(10 * image, 10 * (image + 1)), Math.exp);
        const sum = powers.reduce((a, b) => a + b, 0);
        const predictions = JSON.parse(figures.expected.get(`${manifest.version} ${image}`) ?? '[]');
        expect(predictions).toHaveLength(10);
        for (const { index, score } of predictions) expect(score).toBeCloseTo(powers[index] / sum, 5);
      }
    }
  });
});

it('the isolate is no larger after all swaps than after it has served each version once', () => {
  const { early, late } = figures.isolate;
  expect(early.total).toBeGreaterThan(1);
  // A model takes about 1 MiB, so a leak of the swapped models would exceed the limit.
  expect(late.total).toBeLessThan(early.total + 2);
});

describe('telemetry of the Worker', () => {
  const sample = (name: string) => {
    const line = figures.metrics
      .split('\n')
      .find((line) => line.replace(/isolate="\w+",?/, '').startsWith(`${name} `));
    return Number(line?.split(' ').at(-1));
  };

  it('counts every request and every swap in its metrics', () => {
    const answered = 'tinyvgg_http_requests_total{route="/v1/classify",method="POST",status="200"}';
    // One request precedes the load, and three follow it.
    expect(sample(answered)).toBe(figures.requests + 4);
    expect(sample('tinyvgg_images_total{kind="png",outcome="read"}')).toBe(figures.requests + 4);
    expect(sample('tinyvgg_model_swaps_total{}')).toBe(figures.swaps);
    expect(sample('tinyvgg_store_looks_total{alias="stable",outcome="failed"}')).toBe(0);
    expect(sample('tinyvgg_store_failed_looks{}')).toBe(0);
  });

  it('logs a line of JSON for every request', () => {
    const lines = figures.lines.filter(({ route }) => route === '/v1/classify');
    const pinned = figures.expected.size;
    expect(lines).toHaveLength(figures.requests + 4 + pinned);
    expect(new Set(lines.map(({ requestId }) => requestId)).size).toBe(lines.length);
    expect(new Set(lines.map(({ status }) => status))).toEqual(new Set([200]));
  });

  const missing =
    spawnSync('promtool', ['--version']).error && 'promtool is not installed (apt-get install prometheus)';
  it.skipIf(missing)(
    `passes promtool’s check of its metrics${missing ? ` (skipped: ${missing})` : ''}`,
    () => {
      const { status, stdout, stderr } = spawnSync('promtool', ['check', 'metrics'], {
        input: figures.metrics,
        encoding: 'utf8',
      });
      expect(stdout + stderr).toBe('');
      expect(status).toBe(0);
    },
  );
});

/** @file Damaged objects in the store: a good model keeps serving, and `/health/ready` and `/metrics` report the damage. */
import { env } from 'cloudflare:workers';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { sha256 } from '#shared/digest.ts';
import type { ModelCheck } from '#shared/inference/model.ts';
import { type Manifest, modelKey } from '#shared/manifest.ts';
import { REFRESH_MS } from '../../../edge/registry/alias-follower.ts';
import type { BundledModel } from '../../../edge/registry/version-cache.ts';
import { afterRefresh, expectRecovered, expectReported, nameOf, ready } from '../support/readiness.ts';
import { scrape } from '../support/scrape.ts';
import { emptyBucket, isolate, promote, put, STABLE, tinyRelease, utf8 } from '../support/tiny.ts';

let bundled: BundledModel;
let first: BundledModel;
let second: BundledModel;
beforeAll(async () => {
  [bundled, first, second] = await Promise.all([tinyRelease(1), tinyRelease(2), tinyRelease(3)]);
});
afterEach(emptyBucket);

const onnxKey = () => modelKey('tinyvgg', second.manifest.version, 'onnx');
const jsonKey = () => modelKey('tinyvgg', second.manifest.version, 'json');
const edited = (edit: (manifest: Manifest) => void) => () => put(second, edit);

/** Changes one byte. */
const corrupted = (bytes: Uint8Array<ArrayBuffer>) => bytes.with(1, (bytes[1] ?? 0) ^ 1);

/** Points the alias at a model with seven classes. @param edit changes its manifest */
async function promoteSeven(edit: (manifest: Manifest) => void = () => {}): Promise<void> {
  const logits = [5, 1, 2, 3, 4, 0, 1];
  const weights = utf8(JSON.stringify(logits));
  const manifest = structuredClone(second.manifest);
  Object.assign(manifest, { version: await sha256(weights), bytes: weights.length });
  Object.assign(manifest.golden.vectors[0] ?? {}, { logits });
  manifest.output.shape = ['batch', 7];
  manifest.labels.length = 7;
  await put({ manifest, weights }, edit);
  await promote({ manifest, weights });
}

/** Ways to break `second` in the bucket, the expected error, and the failed check if a model was checked. */
const BREAKS: [name: string, breakIt: () => Promise<unknown>, error: RegExp, check?: ModelCheck][] = [
  ['missing weights', () => env.MODELS.delete(onnxKey()), /has no models.*onnx/],
  [
    'weights of another digest',
    () => env.MODELS.put(onnxKey(), corrupted(second.weights)),
    /SHA-256/,
    'weights',
  ],
  [
    'truncated weights',
    () => env.MODELS.put(onnxKey(), second.weights.slice(0, 20)),
    /bytes of weights/,
    'weights',
  ],
  ['a missing manifest', () => env.MODELS.delete(jsonKey()), /has no models.*json/],
  [
    'a truncated manifest',
    () => env.MODELS.put(jsonKey(), '{"formatVersion":1,"name":"ti'),
    /JSON/,
    'manifest',
  ],
  [
    'a manifest of a later format',
    () => env.MODELS.put(jsonKey(), '{"formatVersion":2}'),
    /registry format 1/,
    'manifest',
  ],
  [
    'the manifest of another version',
    edited((m) => Object.assign(m, first.manifest)),
    /the manifest of/,
    'manifest',
  ],
  [
    'the manifest of another model',
    edited((m) => Object.assign(m, { name: 'v1' })),
    /the manifest of/,
    'manifest',
  ],
  [
    'wrong golden logits',
    edited((m) => Object.assign(m.golden.vectors[0] ?? {}, { logits: Array(10).fill(0) })),
    /golden logits within/,
    'golden',
  ],
  [
    'too few golden logits',
    edited((m) => Object.assign(m.golden.vectors[0] ?? {}, { logits: [1] })),
    /1 logits/,
    'golden',
  ],
  [
    'a golden vector of another size',
    edited((m) => Object.assign(m.golden.vectors[0] ?? {}, { pixels: btoa('abc') })),
    /784 bytes/,
    'golden',
  ],
  ['other labels', edited((m) => m.labels.pop()), /logits \[batch, 9\]/, 'fit'],
  ['another photo pipeline', edited((m) => Object.assign(m, { photoPipeline: 99 })), /photo pipeline/, 'fit'],
  [
    'another input size',
    edited((m) => Object.assign(m.input, { shape: ['batch', 1, 32, 32] })),
    /an input \[batch, 1, 28, 28\]/,
    'fit',
  ],
  [
    'another output size',
    edited((m) => Object.assign(m.output, { shape: ['batch', 7] })),
    /logits \[batch, 10\]/,
    'fit',
  ],
  [
    'a model with seven classes and ten labels',
    () => promoteSeven((m) => Object.assign(m, { labels: second.manifest.labels })),
    /logits \[batch, 10\], got \[batch, 7\]/,
    'fit',
  ],
  [
    'a model with seven classes whose manifest declares ten',
    () =>
      promoteSeven((m) =>
        Object.assign(m, {
          labels: second.manifest.labels,
          output: second.manifest.output,
          golden: second.manifest.golden,
        }),
      ),
    /10 logits, got 7/,
    'golden',
  ],
  [
    'more golden vectors than an isolate should run',
    edited((m) => Object.assign(m.golden, { vectors: Array(17).fill(m.golden.vectors[0]) })),
    /golden\.vectors/,
    'manifest',
  ],
  [
    'a tolerance that proves nothing',
    edited((m) => Object.assign(m.golden, { tolerance: 1e9 })),
    /a tolerance of at most 0\.05, got 1000000000/,
    'golden',
  ],
  [
    'a manifest of 9 MB',
    () => env.MODELS.put(jsonKey(), new Uint8Array(9e6)),
    /at most 8388608 bytes, got 9000000/,
  ],
  [
    'weights that are larger than the manifest says',
    () => env.MODELS.put(onnxKey(), new Uint8Array(9e6)),
    /onnx: expected at most \d+ bytes, got 9000000/,
  ],
  [
    'an alias of 2 MB',
    () => env.MODELS.put(STABLE, new Uint8Array(2e6)),
    /at most 1048576 bytes, got 2000000/,
  ],
  ['an alias that is not JSON', () => env.MODELS.put(STABLE, 'latest'), /JSON/],
  ['an alias without a version', () => env.MODELS.put(STABLE, '{"formatVersion":1}'), /version/],
];

describe.each(BREAKS)('with %s', (_name, breakIt, error, check) => {
  it('a new isolate serves the bundled model', async () => {
    await put(second);
    await promote(second);
    await breakIt();
    const worker = isolate(bundled);
    const { model, store } = await ready(worker);
    expect(model).toEqual(nameOf(bundled, 'bundled'));
    expect(store.error).toMatch(error);
    expect(store.succeededAt).toBeNull();
    await expectReported(worker, 'failed', check);
    expect((await scrape(worker)).get('tinyvgg_bundled')).toBe(1);
  });

  it('the last good model serves until the store is repaired', async () => {
    await put(first);
    await promote(first);
    const worker = isolate(bundled);
    await ready(worker);
    await put(second);
    await promote(second);
    await breakIt();
    const { model, store } = await afterRefresh(worker);
    expect(model).toEqual(nameOf(first));
    expect(store.error).toMatch(error);
    expect(Date.parse(store.checkedAt) - Date.parse(`${store.succeededAt}`)).toBe(REFRESH_MS);
    await expectReported(worker, 'failed', check);
    await put(second);
    await promote(second);
    await expectRecovered(worker, second);
  });
});

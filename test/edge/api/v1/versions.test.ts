/** @file GET /v1/models/{name}/versions/{version}: the manifest and the ONNX file, which a browser needs to run the model. */
import { afterAll, beforeEach, expect, it } from 'vitest';
import { sha256 } from '#shared/digest.ts';
import { expectProblem } from '../../support/callers.ts';
import { emptyBucket, isolate, put, tinyRelease } from '../../support/tiny.ts';

beforeEach(emptyBucket);
// The next test file has the same bucket.
afterAll(emptyBucket);

const bytesOf = async (response: Response) => new Uint8Array(await response.arrayBuffer());

it('returns manifest and ONNX file of bundled and pushed versions as immutable', async () => {
  const [bundled, pushed] = [await tinyRelease(1), await tinyRelease(2)];
  await put(pushed);
  const { send } = isolate(bundled);
  for (const { manifest, weights } of [bundled, pushed]) {
    const address = `/v1/models/tinyvgg/versions/${manifest.version}`;
    const described = await send(address);
    expect(described.headers.get('cache-control')).toContain('immutable');
    expect(await described.json()).toMatchObject({ version: manifest.version, golden: manifest.golden });
    const file = await send(`${address}/onnx`);
    expect(file.headers.get('cache-control')).toContain('immutable');
    const bytes = await bytesOf(file);
    expect(bytes).toEqual(weights);
    expect(await sha256(bytes)).toBe(manifest.version);
  }
});

it.each(['', '/onnx'])('returns 404 for unknown versions: <version>%s', async (end) => {
  const { send } = isolate(await tinyRelease(1));
  for (const version of ['stable', 'F'.repeat(64), '0'.repeat(64)]) {
    const response = await send(`/v1/models/tinyvgg/versions/${encodeURIComponent(version)}${end}`);
    await expectProblem(response, 'unknown-version');
    expect(response.headers.get('cache-control')).toBeNull();
  }
  const { version } = (await tinyRelease(1)).manifest;
  await expectProblem(await send(`/v1/models/resnet/versions/${version}${end}`), 'unknown-version');
});

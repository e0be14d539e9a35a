/** @file Releases on disk. */
import { readdir, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { describe, expect, test } from 'vitest';
import { readRelease, writeRelease } from '../../../train/release/release.ts';
import { releaseOf } from '../../fixtures/releases.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

describe('readRelease', () => {
  const write = async () => writeRelease(temporaryFolder(), await releaseOf('weights'));

  test('returns the three files that writeRelease wrote', async () => {
    const path = await write();
    const { manifest } = await releaseOf('weights');
    expect((await readdir(dirname(path))).sort()).toEqual(
      ['json', 'onnx', 'safetensors'].map((kind) => `${manifest.name}.${kind}`),
    );
    expect(await readRelease(path)).toEqual(await releaseOf('weights'));
  });

  test.each(['onnx', 'json', 'safetensors'])('names a missing .%s', async (file) => {
    const path = await write();
    const missing = path.replace(/onnx$/, file);
    await rm(missing);
    await expect(readRelease(path)).rejects.toMatchObject({
      kind: 'model',
      message: expect.stringContaining(`cannot read ${missing}`),
    });
  });

  test.each([
    ['onnx', /is not the model that .*\.json describes/],
    ['json', /expected JSON/],
    ['safetensors', 'expected 95 bytes, as in its header, got 94 bytes'],
  ])('detects a truncated .%s', async (file, message) => {
    const { files } = await releaseOf('weights');
    const path = await write();
    const end = file === 'json' ? -2 : -1;
    await writeFile(path.replace(/onnx$/, file), files[file as keyof typeof files].subarray(0, end));
    await expect(readRelease(path)).rejects.toThrow(message);
  });

  test('accepts only the path of an .onnx file', async () => {
    await expect(readRelease('model.json')).rejects.toMatchObject({ kind: 'usage' });
  });
});

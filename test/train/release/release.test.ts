/** @file Releases on disk. */
import { rm, writeFile } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { readRelease, writeRelease } from '../../../train/release/release.ts';
import { releaseOf } from '../../fixtures/releases.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

describe('readRelease', () => {
  const write = async () => writeRelease(temporaryFolder(), await releaseOf('weights'));

  test('returns what writeRelease wrote', async () => {
    expect(await readRelease(await write())).toEqual(await releaseOf('weights'));
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
    ['safetensors', /expected (\d+) bytes, as in its header, got \d+ bytes/],
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

/** @file Releases on disk. */
import { readdir, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { onnxFileOf, readRelease, writeRelease } from '../../../train/release/release.ts';
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

  test('is named by its ONNX file, or by the folder of a run with one model', async () => {
    const path = await write();
    expect(await onnxFileOf(path, '--model')).toBe(path);
    expect(await onnxFileOf(dirname(path), '--model')).toBe(path);
    await writeFile(join(dirname(path), 'v0.onnx'), '');
    const names = `got ${basename(path)}, v0.onnx. Name one of them: --model ${dirname(path)}/`;
    await expect(onnxFileOf(dirname(path), '--model')).rejects.toThrow(names);
    await expect(onnxFileOf(temporaryFolder(), '--model')).rejects.toThrow('got no .onnx file in it');
    const missing = 'cannot find --weights runs/nope: expected an .onnx file, or the folder of a run';
    await expect(onnxFileOf('runs/nope', '--weights')).rejects.toThrow(missing);
  });

  test('accepts only the path of an .onnx file', async () => {
    await expect(readRelease('model.json')).rejects.toMatchObject({ kind: 'usage' });
  });
});

/** @file The bundled model as the build has planned it. */
import { readFile } from 'node:fs/promises';
import { beforeAll, describe, expect, it } from 'vitest';
import type { KnownModel } from '#shared/inference/simd.ts';
import { planModel, simdEngine } from '#shared/inference/simd.ts';
import { compileInference } from '#shared/kernels/inference.ts';
import type { Manifest } from '#shared/manifest.ts';
import { bundled } from '../../../edge/engine/build/bundled.ts';
import release from '../../../release/tinyvgg.json' with { type: 'json' };

const manifest = release as Manifest;
const known = bundled as KnownModel;

describe('a model that the build has planned', () => {
  let file: Uint8Array<ArrayBuffer>;
  let kernels: WebAssembly.Module;
  beforeAll(async () => {
    const [onnx, wasm] = await Promise.all([
      readFile('release/tinyvgg.onnx'),
      readFile('shared/kernels/build/inference.wasm'),
    ]);
    file = new Uint8Array(onnx);
    kernels = await compileInference(new Uint8Array(wasm));
  });

  const images = Float32Array.from({ length: 2 * 28 * 28 }, (_, i) => ((i * 31) % 256) / 255);
  const logits = async (engine: ReturnType<typeof simdEngine>, weights = file, version = manifest.version) =>
    (await engine.load({ read: async () => weights }, { ...manifest, version })).logits(images, 2);

  it('is the bundled model, with the plan that its file gives', () => {
    const { version, tensors, ...planned } = known;
    const { weights, ...expected } = planModel(file);
    expect([version, planned]).toEqual([manifest.version, expected]);
    expect(tensors.map(([name, , length]) => [name, length])).toEqual(
      [...weights].map(([name, values]) => [name, values.length]),
    );
  });

  it('computes the same logits, without decoding the file', async () => {
    const onlyWeights = new Uint8Array(file.length);
    for (const [, position, length] of known.tensors) {
      onlyWeights.set(file.subarray(position, position + 4 * length), position);
    }
    const expected = await logits(simdEngine(kernels));
    expect(await logits(simdEngine(kernels, known), onlyWeights)).toEqual(expected);
    await expect(logits(simdEngine(kernels), onlyWeights)).rejects.toThrow('ONNX');
  });

  it('is decoded when its version is another one', async () => {
    const expected = await logits(simdEngine(kernels));
    const other = { ...known, tensors: [] };
    expect(await logits(simdEngine(kernels, other), file, 'f'.repeat(64))).toEqual(expected);
  });
});

/** @file Releases for tests: complete and valid, except that the ONNX file is any bytes, for the registry never runs a model. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { sha256 } from '#shared/digest.ts';
import { LABELS } from '#shared/labels.ts';
import { FORMAT_VERSION, type Manifest, serializeStored } from '#shared/manifest.ts';
import type { Release } from '../../../train/registry/release.ts';

/** The release of a model whose weights say `content`. */
export async function makeRelease(content: string, name = 'tinyvgg'): Promise<Release> {
  const onnx = new TextEncoder().encode(content);
  const manifest: Manifest = {
    formatVersion: FORMAT_VERSION,
    name,
    version: await sha256(onnx),
    bytes: onnx.length,
    irVersion: 8,
    opset: 17,
    input: { name: 'image', dtype: 'float32', shape: ['batch', 1, 28, 28] },
    output: { name: 'logits', dtype: 'float32', shape: ['batch', 10] },
    labels: [...LABELS],
    parameters: 7740,
    photoPipeline: 1,
    metrics: { trainLoss: 0.4, testLoss: 0.4, labAccuracy: 86, testAccuracy: 0.86 },
    training: {
      recipe: 'lab',
      seed: 42,
      epochs: 3,
      images: 60_000,
      engine: 'reference',
      dataset: {},
      gitCommit: null,
    },
    calibration: { temperature: 1 },
    golden: { tolerance: 1e-5, vectors: [{ pixels: 'AAAA', logits: [0] }] },
  };
  return { manifest, files: { onnx, json: serializeStored(manifest), safetensors: safetensors(content) } };
}

/** Writes `name.onnx`, `name.json` and `name.safetensors` into `folder`. @returns the path of the ONNX file */
export async function writeRelease(folder: string, { manifest, files }: Release): Promise<string> {
  const path = join(folder, `${manifest.name}.onnx`);
  await Promise.all(
    Object.entries(files).map(([file, bytes]) => writeFile(path.replace(/onnx$/, file), bytes)),
  );
  return path;
}

/** One tensor of bytes. */
function safetensors(content: string): Uint8Array<ArrayBuffer> {
  const tensor = new TextEncoder().encode(content);
  const header = new TextEncoder().encode(
    JSON.stringify({ weight: { dtype: 'U8', shape: [tensor.length], data_offsets: [0, tensor.length] } }),
  );
  const file = new Uint8Array(8 + header.length + tensor.length);
  new DataView(file.buffer).setBigUint64(0, BigInt(header.length), true);
  file.set(header, 8);
  file.set(tensor, 8 + header.length);
  return file;
}

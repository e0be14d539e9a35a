/** @file A release on disk, as training leaves it: `X.onnx`, its manifest `X.json` and its weights `X.safetensors`, side by side. */
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { sha256 } from '#shared/digest.ts';
import { ExplainedError } from '#shared/errors.ts';
import { Manifest, type ModelFile, parseStored } from '#shared/manifest.ts';

export interface Release {
  manifest: Manifest;
  /** The bytes of the three files, as they are on disk. */
  files: Record<ModelFile, Uint8Array<ArrayBuffer>>;
}

/**
 * Reads a release and verifies that its files belong together.
 * @param onnxPath the `.onnx` file; the other two lie beside it
 * @throws ExplainedError of kind `model` for a missing file, a bad manifest, or an ONNX file that is not the manifest's
 */
export async function readRelease(onnxPath: string): Promise<Release> {
  if (!onnxPath.endsWith('.onnx')) {
    throw new ExplainedError({
      kind: 'usage',
      what: 'cannot read a release',
      expected: 'an .onnx file',
      got: onnxPath,
    });
  }
  const path = (file: ModelFile): string => onnxPath.replace(/onnx$/, file);
  const [onnx, json, safetensors] = await Promise.all([
    readPart(path('onnx')),
    readPart(path('json')),
    readPart(path('safetensors')),
  ]);

  const manifest = await manifestOf(onnxPath, onnx, json);
  checkSafetensors(path('safetensors'), safetensors);
  return { manifest, files: { onnx, json, safetensors } };
}

/**
 * The manifest that lies beside an ONNX file; undefined when there is none.
 * @param onnx the bytes of that file
 * @throws ExplainedError of kind `model` for a bad manifest, or that of another model
 */
export async function manifestBeside(
  onnxPath: string,
  onnx: Uint8Array<ArrayBuffer>,
): Promise<Manifest | undefined> {
  const path = manifestPath(onnxPath);
  return existsSync(path) ? manifestOf(onnxPath, onnx, await readPart(path)) : undefined;
}

const manifestPath = (onnxPath: string): string => onnxPath.replace(/(\.onnx)?$/, '.json');

async function manifestOf(
  onnxPath: string,
  onnx: Uint8Array<ArrayBuffer>,
  json: Uint8Array<ArrayBuffer>,
): Promise<Manifest> {
  const path = manifestPath(onnxPath);
  const manifest = parseStored(Manifest, path, json);
  const digest = await sha256(onnx);
  if (onnx.length === manifest.bytes && digest === manifest.version) return manifest;
  throw new ExplainedError({
    kind: 'model',
    what: `${onnxPath} is not the model that ${path} describes`,
    expected: `${manifest.bytes} bytes with SHA-256 ${manifest.version}`,
    got: `${onnx.length} bytes with ${digest}`,
    next: 'Train or export again: the two files come from different runs, or one was changed.',
  });
}

async function readPart(path: string): Promise<Uint8Array<ArrayBuffer>> {
  try {
    return new Uint8Array(await readFile(path));
  } catch (cause) {
    throw new ExplainedError({
      kind: 'model',
      what: `cannot read ${path}`,
      expected: 'a release: .onnx, .json and .safetensors side by side',
      got: cause instanceof Error ? cause.message : String(cause),
      next: 'Train or export again, or name the .onnx file of a complete release.',
      cause,
    });
  }
}

/**
 * Nobody after this reads the weights until someone resumes training from them, so a truncated file is found here.
 *
 * > 8 bytes: N, an unsigned little-endian 64-bit integer, containing the size of the header
 * > N bytes: a JSON UTF-8 string representing the header: {"TENSOR_NAME": {"dtype", "shape", "data_offsets": [BEGIN, END]}, …}
 * > Rest of the file: byte-buffer [without holes]
 *
 * https://huggingface.co/docs/safetensors/index#format
 */
function checkSafetensors(path: string, bytes: Uint8Array<ArrayBuffer>): void {
  const headerBytes =
    bytes.length < 8 ? Number.NaN : Number(new DataView(bytes.buffer).getBigUint64(0, true));
  let size = Number.NaN;
  try {
    const header: Record<string, { data_offsets?: [number, number] }> = JSON.parse(
      new TextDecoder('utf-8', { fatal: true }).decode(bytes.subarray(8, 8 + headerBytes)),
    );
    const ends = Object.values(header).map((tensor) => tensor.data_offsets?.[1] ?? 0);
    size = 8 + headerBytes + Math.max(0, ...ends);
  } catch {
    // No header that can be read: the size stays unknown and equals nothing.
  }
  if (size === bytes.length) return;
  throw new ExplainedError({
    kind: 'model',
    what: `cannot use ${path}`,
    expected: Number.isNaN(size) ? 'a safetensors file' : `${size} bytes by its header`,
    got: `${bytes.length} bytes`,
    next: 'Train or export again.',
  });
}

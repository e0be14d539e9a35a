/** @file A release on disk: `X.onnx`, its manifest `X.json` and its weights `X.safetensors`, side by side. Writes, reads and verifies it. */
import { existsSync } from 'node:fs';
import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { sha256 } from '#shared/digest.ts';
import { ExplainedError } from '#shared/errors.ts';
import { Manifest, type ModelFile, parseStored, type TrainedManifest } from '#shared/manifest.ts';
import { writeFileAtomic } from '../files.ts';
import { requireSafetensors } from '../safetensors.ts';

/** A model as it is pushed. One of another program has no safetensors file. */
export interface Release {
  manifest: Manifest;
  /** The bytes of the files. */
  files: Record<'onnx' | 'json', Uint8Array<ArrayBuffer>> & { safetensors?: Uint8Array<ArrayBuffer> };
}

/** A release with all three files. */
export interface CompleteRelease extends Release {
  files: Record<ModelFile, Uint8Array<ArrayBuffer>>;
}

/** The release of a model that this project has trained. */
export interface TrainedRelease extends CompleteRelease {
  manifest: TrainedManifest;
}

/**
 * Writes the three files as `<folder>/<name>.*`.
 * @returns the path of the ONNX file
 * @throws ExplainedError of kind `disk`
 */
export async function writeRelease(folder: string, { manifest, files }: CompleteRelease): Promise<string> {
  const path = (file: ModelFile) => join(folder, `${manifest.name}.${file}`);
  for (const file of ['onnx', 'safetensors', 'json'] as const) await writeFileAtomic(path(file), files[file]);
  return path('onnx');
}

/**
 * Returns the ONNX file that a path names: the file itself, or the only one in the folder of a run.
 * @param flag named in the error
 * @throws ExplainedError of kind `usage` when the path names nothing, or a folder with no or several models
 */
export async function onnxFileOf(path: string, flag: string): Promise<string> {
  const found = await stat(path).catch(() => undefined);
  if (!found) {
    throw new ExplainedError({
      kind: 'usage',
      what: `cannot find ${flag} ${path}`,
      expected: 'an .onnx file, or the folder of a run with one model',
      got: 'no file or folder of this name',
    });
  }
  if (!found.isDirectory()) return path;
  const names = (await readdir(path)).filter((name) => name.endsWith('.onnx'));
  if (names.length === 1) return join(path, names[0]);
  throw new ExplainedError({
    kind: 'usage',
    what: `cannot use ${flag} ${path}`,
    expected: 'the folder of a run with one model',
    got: names.length === 0 ? 'no .onnx file in it' : names.join(', '),
    next:
      names.length === 0
        ? 'Name another run folder, or an .onnx file.'
        : `Name one of them: ${flag} ${join(path, names[0])}`,
  });
}

/**
 * Reads a release, and verifies that its files belong together.
 * @param onnxPath the `.onnx` file; the other two lie beside it
 * @throws ExplainedError of kind `model` for a missing or damaged file, or an ONNX file that the manifest does not describe
 */
export async function readRelease(onnxPath: string): Promise<CompleteRelease> {
  if (!onnxPath.endsWith('.onnx')) {
    throw new ExplainedError({
      kind: 'usage',
      what: 'cannot read a release',
      expected: 'the path of an .onnx file',
      got: onnxPath,
    });
  }
  const path = (file: ModelFile): string => onnxPath.replace(/onnx$/, file);
  const [onnx, json, safetensors] = await Promise.all([
    readPart(path('onnx')),
    readPart(path('json')),
    readPart(path('safetensors')),
  ]);

  const manifest = await parseManifest(onnxPath, onnx, json);
  // Nothing else reads the weights until a training starts from them, so a truncated file is found here.
  requireSafetensors(safetensors, path('safetensors'));
  return { manifest, files: { onnx, json, safetensors } };
}

/**
 * Reads the manifest beside an ONNX file; undefined when there is none.
 * @param onnx the bytes of the ONNX file
 * @throws ExplainedError of kind `model` for a damaged manifest, or one of another model
 */
export async function readManifest(
  onnxPath: string,
  onnx: Uint8Array<ArrayBuffer>,
): Promise<Manifest | undefined> {
  const path = manifestPath(onnxPath);
  return existsSync(path) ? parseManifest(onnxPath, onnx, await readPart(path)) : undefined;
}

const manifestPath = (onnxPath: string): string => onnxPath.replace(/(\.onnx)?$/, '.json');

async function parseManifest(
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
    got: `${onnx.length} bytes with SHA-256 ${digest}`,
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
      next: 'Train or export again, or name the .onnx file of a complete release. The command push takes an .onnx file of another program with --labels FILE.',
      cause,
    });
  }
}

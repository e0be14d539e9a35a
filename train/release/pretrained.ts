/** @file Reads the release that a training starts from. */
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { ExplainedError } from '#shared/errors.ts';
import { decodeModel } from '#shared/onnx/model.ts';
import { networkOf } from '#shared/onnx/network.ts';
import type { Source } from '../model/transfer.ts';
import { readRelease } from './release.ts';

/** A release whose convolutions a training starts from. */
export interface Pretrained extends Source {
  /** SHA-256 of its ONNX file. */
  version: string;
}

/**
 * Reads the release that training starts from; undefined when the settings name none.
 * @param settings with the path of the .onnx file, or of the run folder of one model
 * @throws ExplainedError of kind `usage` when the path names no release, of kind `model` when the release is damaged
 */
export async function readStart({
  pretrained: path,
}: {
  pretrained: string | undefined;
}): Promise<Pretrained | undefined> {
  if (path === undefined) return undefined;
  const { manifest, files } = await readRelease(await onnxFileOf(path));
  const { name, version } = manifest;
  return { name, version, ...networkOf(decodeModel(files.onnx)) };
}

/** Returns the name and the version of a release, as manifests and summaries record them. */
export const idOf = (release: Pretrained | undefined): Pick<Pretrained, 'name' | 'version'> | undefined =>
  release && { name: release.name, version: release.version };

/** Returns the path of the only ONNX file in a folder; any other path as it is. */
async function onnxFileOf(path: string): Promise<string> {
  const isFolder = await stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );
  if (!isFolder) return path;
  const names = (await readdir(path)).filter((name) => name.endsWith('.onnx'));
  if (names.length === 1) return join(path, names[0]);
  throw new ExplainedError({
    kind: 'usage',
    what: `cannot start from ${path}`,
    expected: 'the folder of a run with one model',
    got: names.length === 0 ? 'no .onnx file' : names.join(', '),
    next: 'Name an .onnx file with --pretrained, or a release in the object store as NAME@ALIAS.',
  });
}

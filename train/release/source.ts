/** @file Reads the releases that the settings of a training name: the one that it starts from, and its teacher. */
import type { Manifest } from '#shared/manifest.ts';
import { decodeModel } from '#shared/onnx/model.ts';
import { networkOf } from '#shared/onnx/network.ts';
import type { Source } from '../model/transfer.ts';
import { onnxFileOf, readRelease } from './release.ts';

/** A release that a training uses. */
export interface SourceRelease extends Source {
  /** SHA-256 of its ONNX file. */
  version: string;
  manifest: Manifest;
}

/** The releases that a training uses. */
export interface Sources {
  /** Training starts from all of its weights. */
  weights?: SourceRelease | undefined;
  /** Training starts from its convolutions. */
  pretrained?: SourceRelease | undefined;
  /** Its probabilities take the place of the labels of the training images. */
  teacher?: SourceRelease | undefined;
}

/**
 * Reads the releases that settings name.
 * @param settings with paths of .onnx files, or of run folders of one model
 * @throws ExplainedError of kind `usage` when a path names no release, of kind `model` when a release is damaged
 */
export const readSources = async ({
  weights,
  pretrained,
  teacher,
}: Readonly<Partial<Record<keyof Sources, string | undefined>>>): Promise<Sources> => ({
  weights: await readSource(weights, '--weights'),
  pretrained: await readSource(pretrained, '--pretrained'),
  teacher: await readSource(teacher, '--teacher'),
});

async function readSource(path: string | undefined, flag: string): Promise<SourceRelease | undefined> {
  if (path === undefined) return undefined;
  const { manifest, files } = await readRelease(await onnxFileOf(path, flag));
  const { name, version } = manifest;
  return { name, version, manifest, ...networkOf(decodeModel(files.onnx)) };
}

/** Returns the name and the version of each release, as manifests and summaries record them. */
export const idsOf = ({ weights, pretrained, teacher }: Sources) => ({
  weights: idOf(weights),
  pretrained: idOf(pretrained),
  teacher: idOf(teacher),
});

const idOf = (release: SourceRelease | undefined): Pick<SourceRelease, 'name' | 'version'> | undefined =>
  release && { name: release.name, version: release.version };

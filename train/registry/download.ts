/** @file Downloads a release from the registry, so that a training can use it. */
import { join } from 'node:path';
import { ExplainedError } from '#shared/errors.ts';
import {
  DEFAULT_ALIAS,
  isName,
  isVersion,
  Manifest,
  type ModelFile,
  modelKey,
  parseStored,
} from '#shared/manifest.ts';
import { commandLine } from '../installation.ts';
import { readRelease, writeRelease } from '../release/release.ts';
import type { ObjectStore } from '../store/store.ts';
import { checkedAliasKey, readAlias } from './alias.ts';
import { isBeginning, resolveVersion } from './versions.ts';

/** A release in the registry: the model's name, and a version or an alias that points at one. */
export interface ReleaseName {
  name: string;
  at: string;
}

/** Parses `photos`, `photos@canary` or `photos@<version>`; undefined when the text has another form. */
export function parseReleaseName(text: string): ReleaseName | undefined {
  const [name, at = DEFAULT_ALIAS, ...more] = text.split('@');
  const isValid = isName(name) && (isVersion(at) || isName(at)) && more.length === 0;
  return isValid ? { name, at } : undefined;
}

/**
 * Downloads a release, unless the folder contains it.
 * @param folder of all downloaded releases
 * @returns the path of the ONNX file
 * @throws ExplainedError of kind `usage` when there is no such model, alias or version, or it was not trained here; `model` when it is
 *   damaged; `store` when the store fails
 */
export async function downloadRelease(
  store: ObjectStore,
  { name, at }: ReleaseName,
  folder: string,
): Promise<string> {
  const version = isVersion(at) ? at : await versionAt(store, name, at);
  const own = join(folder, name, version);
  const path = join(own, `${name}.onnx`);
  if (await isRelease(path)) return path;
  const read = async (file: ModelFile): Promise<Uint8Array<ArrayBuffer>> => {
    const key = modelKey(name, version, file);
    const object = await store.get(key);
    if (object) return object.bytes;
    throw absent(store, `${name} ${version}`, `no ${key}`);
  };
  const [onnx, json, safetensors] = [await read('onnx'), await read('json'), await read('safetensors')];
  const manifest = parseStored(Manifest, modelKey(name, version, 'json'), json);
  await writeRelease(own, { manifest, files: { onnx, json, safetensors } });
  return path;
}

/** @param at an alias, or the first digits of a version */
async function versionAt(store: ObjectStore, name: string, at: string): Promise<string> {
  const { current } = await readAlias(store, checkedAliasKey(name, at));
  if (current) return current.version;
  if (isBeginning(at)) return resolveVersion(store, name, at);
  throw absent(store, `${at} of ${name}`, 'no such model or alias');
}

const isRelease = (path: string): Promise<boolean> =>
  readRelease(path).then(
    () => true,
    () => false,
  );

const absent = (store: ObjectStore, what: string, got: string): ExplainedError =>
  new ExplainedError({
    kind: 'usage',
    what: `cannot use ${what} for a training`,
    expected: `a release in ${store.description} that ${commandLine('train')} has made, or an .onnx file on this machine`,
    got,
    next: `Check --weights, --pretrained and --teacher, and --local, --bucket and --endpoint. ${commandLine('status')} prints the versions of a model.`,
  });

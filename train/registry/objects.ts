/** @file Writes and verifies the immutable objects of a version. */
import { setTimeout } from 'node:timers/promises';
import { sha256 } from '#shared/digest.ts';
import { ExplainedError } from '#shared/errors.ts';
import {
  CONTENT_TYPES,
  isVersion,
  Manifest,
  type ModelFile,
  modelKey,
  parseStored,
} from '#shared/manifest.ts';
import { commandLine } from '../installation.ts';
import type { ObjectStore } from '../store/store.ts';

/** Milliseconds between the attempts to read a version back. */
const READ_BACK_PAUSES = [100, 200, 400, 800, 1600, 1600, 1600];

/**
 * Writes one of a version's objects, unless it exists.
 * @returns false when the same object already existed
 * @throws ExplainedError of kind `conflict` when another object exists at its key
 */
export async function putImmutable(
  store: ObjectStore,
  { name, version }: Manifest,
  file: ModelFile,
  bytes: Uint8Array<ArrayBuffer>,
): Promise<boolean> {
  const key = modelKey(name, version, file);
  if ((await store.put(key, bytes, CONTENT_TYPES[file], { ifAbsent: true })) === 'written') return true;
  const present = await store.get(key);
  // Two runs may produce the same weights with different manifests. The first manifest stays: it describes the model as well.
  const same = file === 'json' ? isManifestOf(name, version) : equals(bytes);
  if (present && same(present.bytes)) return false;
  throw new ExplainedError({
    kind: 'conflict',
    what: `cannot write ${key} in ${store.description}`,
    expected: 'no object there, or the same one: objects of a version never change',
    got: present ? `another object of ${present.bytes.length} bytes` : 'an object that was deleted meanwhile',
    next: 'Find out who wrote it. If no alias points at this version, delete the object and push again.',
  });
}

/**
 * Reads a version back after its upload. Some stores take a moment to show a new object, so an incomplete version is read again.
 * @throws ExplainedError of kind `store` unless the version is complete in the end. The upload succeeded, so a later retry may help.
 */
export async function readBack(store: ObjectStore, name: string, version: string): Promise<void> {
  for (const pause of [...READ_BACK_PAUSES, undefined]) {
    try {
      return await requireComplete(store, name, version);
    } catch (error) {
      if (!(error instanceof ExplainedError) || error.kind !== 'model') throw error;
      if (pause === undefined) throw unreadable(store, name, version, error);
    }
    await setTimeout(pause);
  }
}

function unreadable(
  store: ObjectStore,
  name: string,
  version: string,
  cause: ExplainedError,
): ExplainedError {
  return new ExplainedError({
    kind: 'store',
    what: `cannot read ${name} ${version} back from ${store.description}`,
    expected: 'the objects that were uploaded',
    got: cause.got ?? cause.message,
    next: 'Push again. No alias was changed.',
    cause,
  });
}

/**
 * @throws ExplainedError of kind `usage` when `version` is not a version
 * @throws ExplainedError of kind `model` unless all objects exist and the ONNX file has the version's SHA-256
 */
export async function requireComplete(store: ObjectStore, name: string, version: string): Promise<void> {
  if (!isVersion(version)) {
    throw new ExplainedError({
      kind: 'usage',
      what: `cannot point an alias at ${name} ${version}`,
      expected: 'a version: the 64 hexadecimal digits of the SHA-256 of its ONNX file',
      got: version,
      next: `List the versions with ${commandLine('status')}.`,
    });
  }
  const incomplete = (got: string): ExplainedError =>
    new ExplainedError({
      kind: 'model',
      what: `cannot point an alias at ${name} ${version}`,
      expected: `a complete version in ${store.description}`,
      got,
      next: `Push its release with ${commandLine('push')}.`,
    });
  const read = async (file: ModelFile): Promise<Uint8Array<ArrayBuffer>> => {
    const key = modelKey(name, version, file);
    const object = await store.get(key);
    if (!object) throw incomplete(`no ${key}`);
    return object.bytes;
  };
  const manifest = parseStored(Manifest, modelKey(name, version, 'json'), await read('json'));
  if (manifest.name !== name || manifest.version !== version)
    throw incomplete(`the manifest of ${manifest.name} ${manifest.version}`);
  const digest = await sha256(await read('onnx'));
  if (digest !== version) throw incomplete(`an ONNX file with SHA-256 ${digest}`);
  if (manifest.training) await read('safetensors');
}

function equals(bytes: Uint8Array): (present: Uint8Array) => boolean {
  return (present) => Buffer.compare(bytes, present) === 0;
}

function isManifestOf(name: string, version: string): (present: Uint8Array) => boolean {
  return (present) => {
    try {
      const manifest = parseStored(Manifest, 'the manifest', present);
      return manifest.name === name && manifest.version === version;
    } catch {
      return false;
    }
  };
}

/** @file The three immutable objects of a version: written once, and checked before anything names them. */
import { sha256 } from '#shared/digest.ts';
import { ExplainedError } from '#shared/errors.ts';
import { CONTENT_TYPES, Manifest, type ModelFile, modelKey, parseStored } from '#shared/manifest.ts';
import type { ObjectStore } from '../store/store.ts';
import type { Release } from './release.ts';

/**
 * Writes one of a release's three objects, unless it is there.
 * @returns false when the same object was there already
 * @throws ExplainedError of kind `conflict` when another one is there
 */
export async function putImmutable(store: ObjectStore, release: Release, file: ModelFile): Promise<boolean> {
  const { name, version } = release.manifest;
  const key = modelKey(name, version, file);
  const bytes = release.files[file];
  if ((await store.put(key, bytes, CONTENT_TYPES[file], { ifAbsent: true })) === 'written') return true;
  const present = await store.get(key);
  // Two runs may arrive at the same weights and tell of it differently: the first manifest stays, and describes the model as well.
  const same = file === 'json' ? describes(name, version) : equals(bytes);
  if (present && same(present.bytes)) return false;
  throw new ExplainedError({
    kind: 'conflict',
    what: `cannot write ${key} in ${store.description}`,
    expected: 'the same object or none there, for it never changes',
    got: present ? `another one of ${present.bytes.length} bytes` : 'one that vanished meanwhile',
    next: 'Find out who wrote it. Remove it from the store if no alias means this version, then push again.',
  });
}

/** @throws ExplainedError of kind `model` unless all three objects are there and the weights are those of the version */
export async function requireComplete(store: ObjectStore, name: string, version: string): Promise<void> {
  const incomplete = (got: string): ExplainedError =>
    new ExplainedError({
      kind: 'model',
      what: `cannot promote ${name} ${version}`,
      expected: `a complete version in ${store.description}`,
      got,
      next: 'Push its release.',
    });
  if (!/^[0-9a-f]{64}$/.test(version)) {
    throw new ExplainedError({
      kind: 'usage',
      what: `cannot promote ${name}`,
      expected: 'a version: the 64 hexadecimal digits of its SHA-256',
      got: version,
    });
  }
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
  if (digest !== version) throw incomplete(`weights with SHA-256 ${digest}`);
  await read('safetensors');
}

function equals(bytes: Uint8Array): (present: Uint8Array) => boolean {
  return (present) => Buffer.compare(bytes, present) === 0;
}

function describes(name: string, version: string): (present: Uint8Array) => boolean {
  return (present) => {
    try {
      const manifest = parseStored(Manifest, 'the manifest', present);
      return manifest.name === name && manifest.version === version;
    } catch {
      return false;
    }
  };
}

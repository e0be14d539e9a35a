/**
 * @file What is in the packages for npm, and what their linters say about it.
 * @module-tag slow
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { expectSuccess, run } from '../support/command.ts';
import { createProject, describeWithRegistry, type Project } from '../support/npm-project.ts';
import { type PackageName, packages, tarball, version } from './packages.ts';

const NAMES: PackageName[] = ['tinyvgg-edge', 'tinyvgg-train'];

const GENERAL = ['CHANGELOG.md', 'LICENSE', 'LICENSES.md', 'README.md', 'package.json'];

/** The files of each package. `*` stands for the hash in the name of a part of the field, or for the modules of a folder. */
const FILES: Record<PackageName, string[]> = {
  'tinyvgg-edge': [
    ...GENERAL,
    ...['custom-elements.json', 'attributes.d.ts'],
    ...['client', 'field', 'react', 'svelte', 'vue'].flatMap((name) => [`${name}.d.ts`, `${name}.js`]),
    ...['de', 'es', 'fr', 'zh', 'classifier', 'classify', 'result-view', 'token-keeper'].map(
      (name) => `field/${name}-*.js`,
    ),
    ...['avif', 'gif', 'jpeg', 'png', 'webp'].map((name) => `field/${name}-*.js`),
    ...['inference', 'jpeg', 'photo', 'png', 'reduced', 'webp'].map((name) => `field/${name}-*.wasm`),
  ],
  'tinyvgg-train': [
    ...GENERAL,
    ...['provenance.json', 'bin/tinyvgg-train.js'],
    ...['train/index.d.ts', 'shared/*.js', 'train/*.js'],
    ...['jpeg', 'webp', 'avif'].map((name) => `shared/decode/build/${name}.wasm`),
    ...[
      'decode/png/build/png',
      'decode/jpeg/reduced/build/reduced',
      'input/garment/build/photo',
      'kernels/build/relaxed',
      'kernels/build/simd',
    ].map((name) => `shared/${name}.wasm`),
    ...['edge/tinyvgg', 'tinyvgg'].flatMap((name) =>
      ['json', 'onnx', 'safetensors'].map((extension) => `release/${name}.${extension}`),
    ),
    ...['ort-wasm-simd-threaded.mjs', 'ort-wasm-simd-threaded.wasm', 'ort.wasm.bundle.min.mjs'].map(
      (name) => `vendor/${name}`,
    ),
  ],
};

/** Limits in bytes: of the tarball, and of its content. */
const SIZES: Record<PackageName, { size: number; unpackedSize: number }> = {
  'tinyvgg-edge': { size: 225_000, unpackedSize: 660_000 },
  'tinyvgg-train': { size: 5_000_000, unpackedSize: 18_000_000 },
};

interface Packed {
  name: PackageName;
  size: number;
  unpackedSize: number;
  files: { path: string; size: number }[];
}

/** What npm would pack. */
const packed = {} as Record<PackageName, Packed>;
beforeAll(async () => {
  const folder = await packages();
  const folders = NAMES.map((name) => join(folder, name));
  const { stdout } = await expectSuccess(run('npm', ['pack', '--dry-run', '--json', ...folders]));
  const all: Packed[] = JSON.parse(stdout);
  for (const one of all) packed[one.name] = one;
});

describe.each(NAMES)('%s', (name) => {
  it('has the files that it needs, and no other', () => {
    const general = packed[name].files.map(({ path }) =>
      path.replace(/-[0-9a-f]{16}\./, '-*.').replace(/^(shared|train)\/.*\.js$/, '$1/*.js'),
    );
    const expected = FILES[name].toSorted();
    expect([...new Set(general)].toSorted()).toEqual([...new Set(expected)]);
    if (name === 'tinyvgg-edge') expect(general.toSorted()).toEqual(expected);
  });

  it('is as small as it should be', () => {
    expect(packed[name].size).toBeLessThan(SIZES[name].size);
    expect(packed[name].unpackedSize).toBeLessThan(SIZES[name].unpackedSize);
  });

  it('has the version and the licence of the project, and no install script', async () => {
    const manifest = JSON.parse(await readFile(join(await packages(), name, 'package.json'), 'utf8'));
    expect(manifest).toMatchObject({ name, version, license: 'MIT', type: 'module' });
    expect(manifest.private).toBeUndefined();
    expect(manifest.scripts).toBeUndefined();
  });
});

it('tinyvgg-edge has no dependencies, and less than 400 kB beside the image decoders', async () => {
  const manifest = JSON.parse(await readFile(join(await packages(), 'tinyvgg-edge/package.json'), 'utf8'));
  expect(manifest.dependencies).toBeUndefined();
  const others = packed['tinyvgg-edge'].files.filter(
    ({ path }) => !/^field\/(jpeg|png|reduced|webp)-/.test(path),
  );
  expect(others.reduce((sum, { size }) => sum + size, 0)).toBeLessThan(400_000);
});

it('custom-elements.json names the modules of the package', async () => {
  const folder = join(await packages(), 'tinyvgg-edge');
  const text = await readFile(join(folder, 'custom-elements.json'), 'utf8');
  expect(new Set(text.match(/[\w./-]+\.[jt]s\b/g))).toEqual(new Set(['field.js']));
  const { modules } = JSON.parse(text);
  const tags = modules[0].exports.filter(
    ({ kind }: { kind: string }) => kind === 'custom-element-definition',
  );
  expect(tags.map(({ name }: { name: string }) => name).toSorted()).toEqual([
    'fashion-classifier',
    'image-classifier',
  ]);
});

await describeWithRegistry('the linters of packages', () => {
  let project: Project;
  beforeAll(async () => {
    project = await createProject({ devDependencies: { '@arethetypeswrong/cli': '0.18', publint: '0.3' } });
    return () => project.remove();
  });

  it.each(NAMES)('publint has no suggestion for %s', async (name) => {
    const { stdout } = await expectSuccess(project.run('publint', [await tarball(name), '--strict']));
    expect(stdout).toContain('All good!');
  });

  it.each(NAMES)('the types of %s are right for every way to import it as a module', async (name) => {
    const { stdout } = await expectSuccess(
      project.run('attw', [await tarball(name), '--profile', 'esm-only', '--format', 'json']),
    );
    expect(JSON.parse(stdout).analysis.packageVersion).toBe(version);
  });
});

/**
 * @file The package tinyvgg-train: the library and the command line of the trainer.
 *
 * Each module becomes one JavaScript file at its place in the tree, so the code finds its other files as it does in a checkout: the compiled
 * kernels and decoders, the bundled releases and the modules of its threads.
 */
import { readFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { type BuildOptions, build, type Plugin } from 'esbuild';
import { codeDigest, gitCommit } from '../../train/run/provenance.ts';
import { DECODERS, librariesOf, licencesOf } from '../../web/site/licences/licences.ts';
import { ROOT } from '../child-process.ts';
import gpu from '../gpu/package.json' with { type: 'json' };
import { bundleDeclarations } from './declarations.ts';
import {
  commonFiles,
  json,
  optionalPeers,
  type PackageFiles,
  type PackageOptions,
  versionOf,
} from './package.ts';

const LIBRARY = 'train/index.ts';

/** The modules that a program or a thread begins with. */
const ENTRIES = [
  LIBRARY,
  'train/cli/main.ts',
  'train/engine/cpu/worker.ts',
  'train/dataset/folder/decode-worker.ts',
  'train/engine/webgpu/probe.child.ts',
];

/** Files that the code reads, at their places in the tree. */
const ASSETS = [
  ...['relaxed', 'simd'].map((name) => `shared/kernels/build/${name}.wasm`),
  'shared/input/garment/build/photo.wasm',
  'shared/decode/png/build/png.wasm',
  'shared/decode/jpeg/reduced/build/reduced.wasm',
  ...['jpeg', 'webp', 'avif'].map((name) => `shared/decode/build/${name}.wasm`),
  ...['release/tinyvgg', 'release/edge/tinyvgg'].flatMap((release) =>
    ['onnx', 'json', 'safetensors'].map((extension) => `${release}.${extension}`),
  ),
];

/** onnxruntime's package has 142 MB, nearly all of it for browsers. These three files of its folder dist run a model in Node. */
const ONNXRUNTIME = { import: 'onnxruntime-web/wasm', folder: 'onnxruntime-web/dist' };
const ONNXRUNTIME_FILES = [
  'ort.wasm.bundle.min.mjs',
  'ort-wasm-simd-threaded.mjs',
  'ort-wasm-simd-threaded.wasm',
];

/** Libraries of the devices `webgpu` and `tfjs`. They are large, and most trainings use neither. */
const OPTIONAL = { ...gpu.dependencies, ...versions(['@tensorflow/tfjs', '@tensorflow/tfjs-backend-wasm']) };

/** The oldest release line of Node with all built-in functions that the trainer calls. It is tested. */
const NODE = 22;

const COMMAND = 'bin/tinyvgg-train.js';

/** Builds the package. `npm run kernels`, `npm run decoders` and `tsc --build` must have run before. */
export async function trainPackage(options: PackageOptions = {}): Promise<PackageFiles> {
  const { modules, libraries } = await reachable();
  const inside = 'onnxruntime-web';
  const dependencies = libraries.filter((name) => name !== inside && !(name in OPTIONAL));
  const manifest = {
    name: 'tinyvgg-train',
    description: 'Train image classifiers on a folder of photos, in Node: a command line and a library',
    keywords: ['image-classification', 'training', 'cnn', 'onnx', 'webassembly', 'webgpu'],
    engines: { node: `>=${NODE}` },
    bin: { 'tinyvgg-train': COMMAND },
    exports: {
      '.': { types: './train/index.d.ts', default: './train/index.js' },
      './package.json': './package.json',
    },
    imports: { '#shared/*': './shared/*' },
    sideEffects: [`./${COMMAND}`, ...ENTRIES.slice(1).map((path) => `./${javascript(path)}`)],
    dependencies: caret(versions(dependencies)),
    ...optionalPeers(caret(OPTIONAL)),
  };
  return new Map<string, string | Uint8Array>([
    ...(await commonFiles(manifest, options)),
    [COMMAND, `#!/usr/bin/env node\nimport '../${javascript('train/cli/main.ts')}';\n`],
    ...(await compile(modules)),
    [LIBRARY.replace(/\.ts$/, '.d.ts'), await bundleDeclarations(LIBRARY)],
    ['provenance.json', json({ commit: await gitCommit(), code: await codeDigest() })],
    ['LICENSES.md', await licencesOf([...DECODERS, inside])],
    ...(await Promise.all(ASSETS.map(async (path) => [path, await readFile(join(ROOT, path))] as const))),
    ...(await Promise.all(
      ONNXRUNTIME_FILES.map(
        async (name) =>
          [`vendor/${name}`, await readFile(join(ROOT, 'node_modules', ONNXRUNTIME.folder, name))] as const,
      ),
    )),
  ]);
}

/** Lists the modules that the entries import, and the libraries that these import. */
async function reachable(): Promise<{ modules: string[]; libraries: string[] }> {
  const bundled: BuildOptions = { entryPoints: ENTRIES, bundle: true, packages: 'external' };
  const { metafile } = await build({ ...OUTPUT, ...bundled, metafile: true });
  const imports = Object.values(metafile.inputs).flatMap(({ imports }) => imports);
  const modules = imports.filter(({ path, external }) => external && !path.startsWith('node:'));
  const libraries = librariesOf(modules.map(({ path }) => path)).toSorted();
  return { modules: Object.keys(metafile.inputs), libraries };
}

const OUTPUT = {
  absWorkingDir: ROOT,
  outdir: ROOT,
  outbase: ROOT,
  write: false,
  format: 'esm',
  platform: 'node',
  target: `node${NODE}`,
  charset: 'utf8',
} satisfies BuildOptions;

/** Compiles each module to a file of its own. */
async function compile(modules: string[]): Promise<[path: string, content: string][]> {
  const { outputFiles } = await build({
    ...OUTPUT,
    entryPoints: modules,
    bundle: true,
    plugins: [oneFileEach],
  });
  return outputFiles.map(({ path, text }) => [relative(ROOT, path), text]);
}

/** Keeps imports as imports, of JavaScript files. */
const oneFileEach: Plugin = {
  name: 'one-file-each',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /./ }, ({ path, kind, resolveDir }) => {
      if (kind === 'entry-point') return undefined;
      if (path !== ONNXRUNTIME.import) return { path: javascript(path), external: true };
      const folder = relative(resolveDir, join(ROOT, 'vendor'));
      return { path: `${folder}/${ONNXRUNTIME_FILES[0]}`, external: true };
    });
    // The modules of threads and child processes are named by `new URL('….ts', import.meta.url)`.
    onLoad({ filter: /\/train\/.*\.ts$/ }, async ({ path }) => ({
      contents: (await readFile(path, 'utf8')).replace(
        /(new URL\('[^']+\.)ts(?=', import\.meta\.url\))/g,
        '$1js',
      ),
      loader: 'ts',
    }));
  },
};

const javascript = (path: string): string => path.replace(/\.ts$/, '.js');

function versions(names: readonly string[]): Record<string, string> {
  return Object.fromEntries(names.map((name) => [name, versionOf(name)]));
}

/** Accepts later compatible versions, so that a project can share its copies and receive fixes. */
const caret = (versions: Record<string, string>): Record<string, string> =>
  Object.fromEntries(Object.entries(versions).map(([name, version]) => [name, `^${version}`]));

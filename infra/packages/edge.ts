/**
 * @file The package tinyvgg-edge: the form field with its types for frameworks, and the typed client of the API. It has no dependencies.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { build } from 'esbuild';
import project from '../../package.json' with { type: 'json' };
import { fieldFiles } from '../../web/site/field.ts';
import { librariesOf, licencesOf, PAGE_DECODERS } from '../../web/site/licences/licences.ts';
import { ROOT } from '../child-process.ts';
import { bundleDeclarations } from './declarations.ts';
import { attributeTypes, packageManifest } from './elements.ts';
import { commonFiles, optionalPeers, type PackageFiles, type PackageOptions } from './package.ts';

/** Frameworks for which a module defines the field and the types of its tag, and the packages that have the framework's own types. */
const FRAMEWORK_TYPES = {
  react: { '@types/react': '>=18' },
  svelte: { svelte: '>=5' },
  vue: { vue: '>=3.5' },
};
const FRAMEWORKS = Object.keys(FRAMEWORK_TYPES);

/** Modules that define the field. */
const FIELD_MODULES = ['field', ...FRAMEWORKS];

const FIELD = 'web/field/field.ts';
const CLIENT = 'edge/client.ts';

/**
 * Hono's client accepts a server's function in place of `fetch`. Its type would bring the types of the whole server, three quarters of the
 * declarations.
 */
const CLIENT_TYPES = {
  'hono/dist/types/hono.d.ts': `export declare class Hono {
  request: (input: RequestInfo | URL, init?: RequestInit) => Response | Promise<Response>;
}`,
};

/** Builds the package. `npm run kernels`, `npm run decoders` and `tsc --build` must have run before. */
export async function edgePackage(options: PackageOptions = {}): Promise<PackageFiles> {
  const manifest = {
    name: 'tinyvgg-edge',
    description: 'A form field that classifies photos, and a typed client of its API',
    keywords: ['web-components', 'custom-element', 'form', 'image-classification', 'webassembly'],
    exports: {
      ...Object.fromEntries([...FIELD_MODULES, 'client'].map((name) => [`./${name}`, entry(name)])),
      './custom-elements.json': './custom-elements.json',
      './package.json': './package.json',
    },
    customElements: 'custom-elements.json',
    sideEffects: FIELD_MODULES.map((name) => `./${name}.js`),
    // A package manager that separates packages, such as pnpm, lets the declarations see only what is named here.
    ...optionalPeers(Object.assign({}, ...Object.values(FRAMEWORK_TYPES))),
  };
  const elements = JSON.parse(await readFile(join(ROOT, 'web/field/custom-elements.json'), 'utf8'));
  return new Map<string, string | Uint8Array>([
    ...(await commonFiles(manifest, options)),
    ...(await field()),
    ['field.d.ts', await bundleDeclarations(FIELD)],
    ['client.js', await client()],
    ['client.d.ts', await bundleDeclarations(CLIENT, CLIENT_TYPES)],
    ['custom-elements.json', JSON.stringify(packageManifest(elements))],
    ['attributes.d.ts', attributeTypes(elements)],
    ...(await Promise.all(FRAMEWORKS.map(framework))).flat(),
    ['LICENSES.md', await licencesOf([...PAGE_DECODERS, ...(await librariesInside())])],
  ]);
}

const entry = (name: string) => ({ types: `./${name}.d.ts`, default: `./${name}.js` });

/** Returns the field's script and its parts, without the copy and the index that the Worker serves for pinned versions. */
async function field(): Promise<[path: string, content: string | Uint8Array][]> {
  const files = await fieldFiles(project.version);
  return [...files].filter(([path]) => path === 'field.js' || path.startsWith('field/'));
}

async function client(): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [join(ROOT, CLIENT)],
    ...{ bundle: true, write: false, format: 'esm', target: 'es2022', charset: 'utf8' },
  });
  return outputFiles[0]?.text as string;
}

/** Lists the libraries whose code is in the client, or in the field and its parts. */
async function librariesInside(): Promise<string[]> {
  const { metafile } = await build({
    absWorkingDir: ROOT,
    entryPoints: [FIELD, CLIENT],
    external: ['*.wasm?url'],
    ...{ bundle: true, write: false, metafile: true, outdir: ROOT, logLevel: 'error' },
  });
  const inside = Object.keys(metafile.inputs).filter((path) => path.startsWith('node_modules/'));
  return librariesOf(inside.map((path) => path.slice('node_modules/'.length)));
}

/** Returns the module of a framework: the field, and the types of its tag. */
async function framework(name: string): Promise<[path: string, content: string][]> {
  const types = await readFile(join(import.meta.dirname, 'tinyvgg-edge', `${name}.d.ts`), 'utf8');
  return [
    [`${name}.js`, "export * from './field.js';\n"],
    [`${name}.d.ts`, types],
  ];
}

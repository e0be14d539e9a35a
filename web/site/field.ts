/**
 * @file Bundles the field for browsers: field.js, and parts that it loads when they are needed.
 *
 * Each dynamic import becomes one self-contained file. So field.js has no static imports, and its integrity hash covers everything that
 * runs before the first use. Names of parts contain a hash of their content. So the hash of field.js pins its parts, too.
 */
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build, type Plugin } from 'esbuild';

const ENTRY = join(import.meta.dirname, '../field/field.ts');

/** Folder of the parts, relative to field.js. */
const PARTS = 'field';

/** The data that a page needs to embed the field with an integrity hash; served as /field.json. */
interface FieldIndex {
  version: string;
  url: string;
  integrity: string;
  /** Integrity hashes of the parts by address, for the `integrity` of a page's import map. */
  parts: Record<string, string>;
}

/**
 * Bundles the field.
 * @param version version of the package
 * @returns files by path. `field.js` has a copy with a hash in its name. The content at that address never changes.
 */
export async function fieldFiles(version: string): Promise<Map<string, Uint8Array | string>> {
  const parts = new Map<string, Uint8Array>();
  /** Name of each part by its source path. Two importers of a module share one part. */
  const names = new Map<string, Promise<string>>();

  /** Bundles a module. Adds the modules that it imports dynamically to `parts`. */
  async function bundle(source: string, isFirst: boolean): Promise<Uint8Array> {
    const address = (name: string) => `./${isFirst ? `${PARTS}/` : ''}${name}`;
    const split: Plugin = {
      name: 'split',
      setup({ onResolve, onLoad }) {
        onResolve({ filter: /./ }, async ({ path, kind, resolveDir, importer }) => {
          if (path.endsWith('.wasm?url')) {
            const file = fileURLToPath(import.meta.resolve(path.slice(0, -'?url'.length)));
            const name = await part(file, () => readFile(file), '.wasm');
            return { path: address(name), namespace: 'asset', pluginData: parts.get(`${PARTS}/${name}`) };
          }
          if (kind !== 'dynamic-import' || !importer.endsWith('.ts')) return undefined;
          const file = path.startsWith('.')
            ? join(resolveDir, path)
            : fileURLToPath(import.meta.resolve(path));
          return { path: address(await part(file, () => bundle(file, false), '.js')), external: true };
        });
        // The decoders' code would load its own module, which is not there, from this address. The field passes it a module.
        onLoad({ filter: /_dec\.js$/ }, async ({ path }) => ({
          contents: (await readFile(path, 'utf8')).replace(
            /new URL\("\w+\.wasm", ?import\.meta\.url\)\.href/,
            '""',
          ),
        }));
        onLoad({ filter: /./, namespace: 'asset' }, ({ path, pluginData }) => ({
          contents: `export const url = new URL("${path}", import.meta.url).href, integrity = "${integrityOf(pluginData)}";`,
        }));
      },
    };
    const { outputFiles } = await build({
      entryPoints: [source],
      plugins: [split],
      ...{ bundle: true, write: false, minify: true, format: 'esm', target: 'es2024', charset: 'utf8' },
    });
    return outputFiles[0]?.contents as Uint8Array;
  }

  function part(source: string, make: () => Promise<Uint8Array>, extension: string): Promise<string> {
    const name = names.get(source) ?? addPart(source, make, extension);
    names.set(source, name);
    return name;
  }

  async function addPart(source: string, make: () => Promise<Uint8Array>, extension: string) {
    const bytes = await make();
    // The decoder of every format is called decoder.*: its folder has the format's name.
    const stem = basename(source).startsWith('decoder.') ? basename(dirname(source)) : basename(source);
    const name = `${stem.replace(/\.\w+$/, '')}-${shortHash(bytes)}${extension}`;
    parts.set(`${PARTS}/${name}`, bytes);
    return name;
  }

  const field = await bundle(ENTRY, true);
  const pinned = `field.${shortHash(field)}.js`;
  const index: FieldIndex = {
    version,
    url: `/${pinned}`,
    integrity: integrityOf(field),
    parts: Object.fromEntries([...parts].sort().map(([path, bytes]) => [`/${path}`, integrityOf(bytes)])),
  };
  return new Map<string, Uint8Array | string>([
    ['field.js', field],
    [pinned, field],
    ['field.json', `${JSON.stringify(index, null, 2)}\n`],
    ...parts,
  ]);
}

/** Returns the field's lines of `_headers`. CORS is open to every origin, because browsers fetch scripts with `integrity` by CORS. */
export function fieldHeaders(files: ReadonlyMap<string, unknown>): string {
  const cors = '  access-control-allow-origin: *\n  cross-origin-resource-policy: cross-origin\n';
  const immutable = '  cache-control: public, max-age=31536000, immutable\n';
  const pinned = [...files.keys()].find((path) => /^field\.\w+\.js$/.test(path));
  return `/field.js
  cache-control: public, max-age=600
${cors}/field.json
${cors}/${pinned}
${immutable}${cors}/${PARTS}/*
${immutable}${cors}`;
}

const shortHash = (bytes: Uint8Array): string =>
  createHash('sha256').update(bytes).digest('hex').slice(0, 16);

/** Returns an integrity hash (Subresource Integrity, 3.1). */
const integrityOf = (bytes: Uint8Array): string =>
  `sha384-${createHash('sha384').update(bytes).digest('base64')}`;

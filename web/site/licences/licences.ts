/** @file The licences of the libraries whose code is inside a package, or inside the Workers and their pages. */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

const ROOT = join(import.meta.dirname, '../../..');

/** The libraries in what `npm run deploy` uploads. test/web/site/licences.test.ts compares them with the Workers and the pages. */
export const DEPLOYED = [
  '@cwasm/jpeg-turbo',
  '@jsquash/avif',
  '@jsquash/webp',
  'hono',
  'onnxruntime-web',
  'pbf',
  'valibot',
];

/** The libraries of which only the WebAssembly is used, which infra/tools/decoders.ts changes. */
export const DECODERS = ['@cwasm/jpeg-turbo', '@jsquash/avif', '@jsquash/webp'];

/** Those in pages: browsers decode AVIF themselves. */
export const PAGE_DECODERS = DECODERS.filter((name) => name !== '@jsquash/avif');

/** Returns the names of the libraries that modules belong to, such as `@jsquash/avif` for `@jsquash/avif/codec/dec/avif_dec.js`. */
export const librariesOf = (modules: readonly string[]): string[] => [
  ...new Set(modules.map((path) => (/^(@[^/]+\/)?[^/]+/.exec(path) as RegExpExecArray)[0])),
];

/**
 * Returns a document that names each library with its licence, followed by the texts. Those of C libraries that are compiled into them
 * are in compiled.md, which names them `NAME, inside LIBRARY`.
 * @throws Error when a library names no licence
 */
export async function licencesOf(libraries: readonly string[]): Promise<string> {
  const licences = await Promise.all([...new Set(libraries)].toSorted().map(licenceOf));
  // Libraries with the same text share it: four copies of Apache's licence would be larger than the code.
  const texts = Map.groupBy(licences, ({ text }) => text);
  const sections = [...texts].map(([text, sharing]) => {
    const names = sharing.map(({ name, licence }) => `${name}: ${licence}`).join(', ');
    return `## ${names}\n\n${text && `\`\`\`\n${text}\n\`\`\`\n`}`;
  });
  const compiled = await compiledInto(libraries);
  return `# Code of other projects\n\n${[...sections, ...compiled].join('\n')}`;
}

/** Returns the sections of compiled.md for these libraries. */
async function compiledInto(libraries: readonly string[]): Promise<string[]> {
  const sections = (await readFile(join(import.meta.dirname, 'compiled.md'), 'utf8')).split(/^(?=## )/m);
  return sections.filter((section) =>
    libraries.some((library) => section.split('\n', 1)[0]?.endsWith(`, inside ${library}`)),
  );
}

interface Licence {
  /** Name and version of the library. */
  name: string;
  /** As an SPDX expression. */
  licence: string;
  /** Empty when the library has none. */
  text: string;
}

async function licenceOf(library: string): Promise<Licence> {
  const folder = join(ROOT, 'node_modules', library);
  const { version, license: licence } = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8'));
  if (!licence) throw new Error(`cannot name the licence of ${library}: its package.json has none`);
  const file = (await readdir(folder)).find((name) => /^licen[cs]e/i.test(name));
  const text = file ? (await readFile(join(folder, file), 'utf8')).trim() : '';
  return { name: `${library} ${version}`, licence, text };
}

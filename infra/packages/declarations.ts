/** @file Bundles the type declarations of an entry into one file, so that the packages contain no declaration that nobody can import. */
import { existsSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { type Plugin, rolldown } from 'rolldown';
import { dts } from 'rolldown-plugin-dts';
import { ROOT } from '../child-process.ts';

/** The TypeScript projects that emit declarations, by the folders in .tsbuild (tsconfig.json of each). */
const PROJECTS = ['shared', 'train', 'edge', 'field'].map((name) => join(ROOT, '.tsbuild', name));

/** Returns the declarations that `tsc --build` has emitted for a source file, given relative to the root; undefined if it has none. */
const declarationsOf = (source: string): string | undefined =>
  PROJECTS.map((project) => join(project, source.replace(/\.ts$/, '.d.ts'))).find((path) => existsSync(path));

/** Resolves imports between the emitted declarations, which name the sources. */
const emitted: Plugin = {
  name: 'emitted-declarations',
  resolveId: {
    order: 'pre',
    handler(path, importer) {
      if (path.startsWith('#shared/')) return declarationsOf(path.slice(1));
      const project = PROJECTS.find((folder) => importer?.startsWith(folder));
      if (!path.startsWith('.') || project === undefined || importer === undefined) return undefined;
      return declarationsOf(relative(project, join(dirname(importer), path)));
    },
  },
};

/**
 * Bundles the declarations of a source file and of everything that its types need, those of libraries included.
 * `tsc --build` must have run before.
 * @param source relative to the root
 * @param replaced declarations in place of those of a library's file, by its path in node_modules
 */
export async function bundleDeclarations(
  source: string,
  replaced: Readonly<Record<string, string>> = {},
): Promise<string> {
  const replacements: Plugin = {
    name: 'replaced-declarations',
    load: (path) => replaced[relative(join(ROOT, 'node_modules'), path)],
  };
  const bundle = await rolldown({
    input: { index: declarationsOf(source) as string },
    checks: { bundlerTimings: false },
    // Only the emitted declarations are read, so the generator never runs.
    plugins: [emitted, replacements, dts({ dtsInput: true, generator: 'oxc', tsconfig: false })],
  });
  const { output } = await bundle.generate({ format: 'es' });
  await bundle.close();
  return output[0].code;
}

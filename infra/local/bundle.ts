/** @file Bundles a Worker as wrangler does, in a fifth of the time: test/infra/local/bundle.test.ts compares the bytes. */
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import { build, type Plugin } from 'esbuild';
import { ROOT } from '../child-process.ts';
import type { WorkerConfiguration } from './configuration.ts';

/** A Worker's code, and the files that it imports. */
export interface Bundle {
  /** For Miniflare, which runs the first one. */
  modules: [Module, ...Module[]];
  /** Source map of the code, as JSON. */
  sourceMap: string;
}

interface Module {
  type: 'ESModule' | 'Data' | 'Text' | 'CompiledWasm';
  path: string;
  contents: Uint8Array;
}

/** Bundles a Worker. Its modules lie in the folder of its entry point. @throws esbuild's BuildFailure */
export async function bundle({ main, build: options, rules }: WorkerConfiguration): Promise<Bundle> {
  const modules: Module[] = [];
  const { outputFiles } = await build({
    ...options,
    define: {
      'process.env.NODE_ENV': '"production"',
      'navigator.userAgent': '"Cloudflare-Workers"',
      ...options.define,
    },
    entryPoints: [main],
    absWorkingDir: ROOT,
    outdir: dirname(main),
    bundle: true,
    write: false,
    sourcemap: 'external',
    format: 'esm',
    target: 'es2024',
    conditions: ['workerd', 'worker', 'browser'],
    external: ['cloudflare:*', 'node:*'],
    logLevel: 'silent',
    plugins: rules.map((rule) => importAs(rule, dirname(main), modules)),
  });
  const [map, code] = outputFiles.toSorted(
    (a, b) => Number(b.path.endsWith('.map')) - Number(a.path.endsWith('.map')),
  );
  return {
    modules: [{ type: 'ESModule', path: code.path, contents: code.contents }, ...modules],
    sourceMap: map.text,
  };
}

/** Keeps the imports of some files as imports, and collects these files in `modules`. */
function importAs(
  { type, include }: WorkerConfiguration['rules'][number],
  folder: string,
  modules: Module[],
): Plugin {
  // All globs have the form of **/*.wasm.
  const endings = include.map((glob) => RegExp.escape(glob.replace('**/*', '')));
  return {
    name: type,
    setup({ onResolve, resolve }) {
      onResolve(
        { filter: new RegExp(`(${endings.join('|')})$`) },
        async ({ path, kind, resolveDir, pluginData }) => {
          if (pluginData === RESOLVING) return undefined;
          const file = path.replace(/\?module$/, '');
          const resolved = await resolve(file, { kind, resolveDir, pluginData: RESOLVING });
          if (resolved.errors.length > 0) return { errors: resolved.errors };
          const contents = new Uint8Array(await readFile(resolved.path));
          const name = `${createHash('sha1').update(contents).digest('hex')}-${basename(resolved.path)}`;
          if (!modules.some((module) => module.path === `${folder}/${name}`))
            modules.push({ type, path: `${folder}/${name}`, contents });
          return { path: `./${name}`, external: true };
        },
      );
    },
  };
}

/** Marks that the plugin itself asks where a file is. */
const RESOLVING = Symbol('resolving');

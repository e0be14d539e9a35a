/** @file Prints what Miniflare needs of a Worker's wrangler configuration, as JSON. `node configuration.ts <path of a configuration>…` */
import type { BuildOptions } from 'esbuild';
import type { V4WorkerOptions } from 'miniflare';
import { unstable_getMiniflareWorkerOptions, unstable_readConfig } from 'wrangler';

/** A Worker as its configuration describes it. */
export interface WorkerConfiguration {
  name: string;
  /** Path of the entry point. */
  main: string;
  /** How wrangler bundles it. */
  build: Pick<BuildOptions, 'minify' | 'keepNames' | 'define'>;
  /** Files that are imported as something else than code. */
  rules: { type: 'Data' | 'Text' | 'CompiledWasm'; include: string[] }[];
  /** Its bindings, without its code. */
  options: Omit<V4WorkerOptions, 'modules' | 'modulesRoot'>;
}

function readConfiguration(path: string): WorkerConfiguration {
  const config = unstable_readConfig({ config: path }, { hideWarnings: true });
  const { workerOptions, main, define } = unstable_getMiniflareWorkerOptions(config);
  const { modulesRules, ...options } = workerOptions;
  if (!main || !config.name) throw new Error(`${path} has no name or no entry point (main)`);
  return {
    name: config.name,
    main,
    build: { minify: config.minify ?? false, keepNames: config.keep_names ?? true, define },
    rules: modulesRules as WorkerConfiguration['rules'],
    options,
  };
}

process.stdout.write(JSON.stringify(process.argv.slice(2).map(readConfiguration)));

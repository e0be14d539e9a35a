/** @file Builds Workers for the service bindings of the Worker under test. */
import { execFileSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Builds a Worker with wrangler. @returns options for Miniflare
 * @param config path of its wrangler configuration
 * @param name its name in service bindings
 */
export function builtWorker(config: string, name: string) {
  const folder = join('.tsbuild', name);
  const wrangler = join(import.meta.dirname, '../../node_modules/wrangler/bin/wrangler.js');
  execFileSync(process.execPath, [wrangler, 'deploy', '--dry-run', '-c', config, '--outdir', folder], {
    env: { ...process.env, WRANGLER_LOG: 'error' },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const files = readdirSync(folder);
  // Miniflare runs the first module.
  const modules = [
    ...files.filter((file) => file.endsWith('.js')).map((file) => ({ type: 'ESModule' as const, file })),
    ...files
      .filter((file) => file.endsWith('.wasm'))
      .map((file) => ({ type: 'CompiledWasm' as const, file })),
  ].map(({ type, file }) => ({ type, path: join(folder, file) }));
  return { name, modules, modulesRoot: folder, compatibilityDate: '2026-10-01' };
}

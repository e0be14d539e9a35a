/** @file Builds Workers with wrangler, for the service bindings of the Worker under test and for benchmarks. */
import { execFileSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';

const ROOT = join(import.meta.dirname, '../..');

/**
 * Builds a Worker as wrangler would upload it.
 * @param config name of its wrangler configuration
 * @param folder receives the files
 * @param script entry point in place of the configuration's
 */
export function buildWorker(config: string, folder: string, script?: string): void {
  const wrangler = join(ROOT, 'node_modules/wrangler/bin/wrangler.js');
  const args = [
    'deploy',
    ...(script ? [script] : []),
    '--dry-run',
    '-c',
    join(ROOT, config),
    '--outdir',
    folder,
  ];
  execFileSync(process.execPath, [wrangler, ...args], {
    cwd: ROOT,
    env: { ...process.env, WRANGLER_LOG: 'error', WRANGLER_SEND_METRICS: 'false' },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
}

/**
 * Builds a Worker for Miniflare. @returns its options
 * @param config name of its wrangler configuration
 * @param name its name in service bindings
 */
export function miniflareWorker(config: string, name: string) {
  const folder = join(ROOT, '.tsbuild', name);
  buildWorker(config, folder);
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

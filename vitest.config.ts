import { existsSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { cloudflareTest } from '@cloudflare/vitest-plugin';
import { defineConfig } from 'vitest/config';
import { siteverify } from './test/fixtures/siteverify.ts';
import { builtWorker } from './test/support/built-worker.ts';

// The graphics card of the tests; programs that they run look for one, too, and Dawn warns where Vulkan has no driver.
const SWIFTSHADER = '/usr/lib/chromium/vk_swiftshader_icd.json';
if (existsSync(SWIFTSHADER)) process.env.VK_ICD_FILENAMES ??= SWIFTSHADER;

export default defineConfig({
  test: {
    // What a test prints is shown when it fails.
    silent: 'passed-only',
    // One fewer would leave a core of two idle: many tests wait for other processes.
    maxWorkers: Math.max(2, availableParallelism() - 1),
    projects: [
      {
        test: {
          name: 'node',
          include: ['test/**/*.test.ts'],
          exclude: ['test/edge/**'],
          globalSetup: './test/support/temporary-folder.ts',
        },
      },
      {
        plugins: [
          cloudflareTest({
            wrangler: { configPath: './wrangler.toml' },
            miniflare: {
              // test/end-to-end/engines.test.ts runs all Workers as wrangler does; here nobody calls onnxruntime's.
              serviceBindings: { ORT: () => new Response(null, { status: 503 }) },
              // All that a Worker fetches is asked of this machine's siteverify (test/edge/turnstile.test.ts).
              outboundService: { node: siteverify },
              workers: [builtWorker('wrangler.decode.toml', 'tinyvgg-edge-decode')],
            },
          }),
        ],
        test: {
          name: 'workerd',
          // Vitest 5 would hand modules over as files, and workerd sees none of this machine's.
          fsModuleCache: false,
          // The runtime is a 14 MB module, and a test's first import of it takes seconds.
          testTimeout: 60_000,
          hookTimeout: 60_000,
          include: ['test/edge/**/*.test.ts'],
        },
      },
    ],
  },
});

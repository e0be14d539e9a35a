import { existsSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { cloudflareTest } from '@cloudflare/vitest-plugin';
import { defineConfig } from 'vitest/config';
import { siteverify } from './test/fixtures/siteverify.ts';
import { LongestFirst } from './test/support/longest-first.ts';

// The GPU of the tests and of the programs that they run. Without a driver for Vulkan, Dawn prints warnings.
const SWIFTSHADER = '/usr/lib/chromium/vk_swiftshader_icd.json';
if (existsSync(SWIFTSHADER)) process.env.VK_ICD_FILENAMES ??= SWIFTSHADER;

// Keeps compiled JavaScript between the many programs that the tests start. It saves a third to a half of a program's start.
process.env.NODE_COMPILE_CACHE ??= join(tmpdir(), 'tinyvgg-edge-compile-cache');

// The limits end a test that hangs, not one on a busy machine. A test sets no limit of its own.
const limits = { testTimeout: 600_000, hookTimeout: 600_000, expect: { poll: { timeout: 120_000 } } };

export default defineConfig({
  test: {
    // Shows the output of failed tests only.
    silent: 'passed-only',
    // Many tests wait for other processes, so that one worker a core would leave cores idle.
    maxWorkers: availableParallelism() + 2,
    // One worker runs many files, without loading their modules again for each.
    isolate: false,
    sequence: { sequencer: LongestFirst },
    tags: [{ name: 'slow', description: 'Left out of `npm test`. `npm run test:all` runs it.' }],
    projects: [
      {
        test: {
          name: 'node',
          ...limits,
          include: ['test/**/*.test.ts'],
          exclude: ['test/edge/**'],
          globalSetup: ['temporary-folder', 'unpacked-data', 'browser/shared-servers'].map(
            (name) => `./test/support/${name}.ts`,
          ),
        },
      },
      {
        plugins: [
          cloudflareTest(({ inject }) => ({
            wrangler: { configPath: './wrangler.toml' },
            miniflare: {
              // No test in workerd calls onnxruntime's Worker. test/end-to-end/engines.test.ts runs all Workers.
              serviceBindings: { ORT: () => new Response(null, { status: 503 }) },
              // Receives every request that a Worker sends (test/edge/access/turnstile.test.ts).
              outboundService: { node: siteverify },
              workers: [inject('decoders')],
            },
          })),
        ],
        test: {
          name: 'workerd',
          ...limits,
          // By default Vitest 5 passes modules as files, and workerd has no access to the file system.
          fsModuleCache: false,
          include: ['test/edge/**/*.test.ts'],
          globalSetup: './test/support/decoders.ts',
        },
      },
    ],
  },
});

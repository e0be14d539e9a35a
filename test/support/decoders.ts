/** @file The decoders' Worker, which Vitest builds before the first test in workerd (`globalSetup` in vitest.config.ts). */
import type { TestProject } from 'vitest/node';
import { miniflareWorker } from './build-worker.ts';

declare module 'vitest' {
  interface ProvidedContext {
    decoders: ReturnType<typeof miniflareWorker>;
  }
}

/** Vitest calls this before the first test. */
export function setup(project: TestProject): void {
  project.provide('decoders', miniflareWorker('wrangler.decode.toml', 'tinyvgg-edge-decode'));
}

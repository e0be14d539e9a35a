/** @file The entry point of the Worker: the app with its engines and the bundled model. */
import { env } from 'cloudflare:workers';
import { ExplainedError } from '#shared/errors.ts';
import type { InferenceEngine } from '#shared/inference/engine.ts';
import { simdEngine } from '#shared/inference/simd.ts';
import kernels from '#shared/kernels/build/inference.wasm?module';
import type { Manifest } from '#shared/manifest.ts';
import release from '../release/tinyvgg.json';
import weights from '../release/tinyvgg.onnx';
import { createApp } from './app.ts';
import { bundled } from './engine/build/bundled.ts';
import { ortService } from './engine/ort-service.ts';
import type OrtWorker from './engine/ort-worker.ts';

/** Variables and bindings of wrangler.toml that the app does not read itself. */
interface StartOptions {
  /** `simd`, the default, uses this project's kernels and ORT as the fallback. `ort` uses ORT for all models. */
  ENGINE?: string;
  ORT?: Service<OrtWorker>;
  /** Milliseconds between two refreshes of an alias. Tests and benchmarks set it. */
  REFRESH_MS?: string;
}

function engines({ ENGINE = 'simd', ORT }: StartOptions): {
  engine: InferenceEngine;
  fallback?: InferenceEngine;
} {
  const [simd, ort] = [simdEngine(kernels, bundled), ORT && ortService(ORT)];
  if (ENGINE === 'simd') return ort ? { engine: simd, fallback: ort } : { engine: simd };
  if (ENGINE === 'ort' && ort) return { engine: ort };
  throw new ExplainedError({
    kind: 'usage',
    what: 'the variable ENGINE',
    expected: ENGINE === 'ort' ? 'a service binding ORT beside it' : 'simd or ort',
    got: ENGINE === 'ort' ? 'none' : ENGINE,
    next: 'Correct wrangler.toml.',
  });
}

function refreshMs({ REFRESH_MS }: StartOptions): number | undefined {
  if (REFRESH_MS === undefined) return undefined;
  const milliseconds = Number(REFRESH_MS);
  if (milliseconds > 0) return milliseconds;
  const [expected, got] = ['a number of milliseconds above 0', REFRESH_MS];
  throw new ExplainedError({ kind: 'usage', what: 'the variable REFRESH_MS', expected, got });
}

export default createApp({
  ...engines(env as StartOptions),
  refreshMs: refreshMs(env as StartOptions),
  // Not validated here, which would add to every cold start. A test validates it.
  bundled: { manifest: release as Manifest, weights: new Uint8Array(weights) },
});

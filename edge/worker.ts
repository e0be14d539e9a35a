/**
 * @file The Worker: the API with its real parts.
 *
 * The kernels of this project compute every model that they cover; others are handed to onnxruntime's Worker, and so are all with
 * `ENGINE = "ort"`.
 */
import { env } from 'cloudflare:workers';
import { ExplainedError } from '#shared/errors.ts';
import type { InferenceEngine } from '#shared/inference/engine.ts';
import { simdEngine } from '#shared/inference/simd.ts';
import kernels from '#shared/kernels/build/inference.wasm?module';
import type { Manifest } from '#shared/manifest.ts';
import release from '../release/tinyvgg.json';
import weights from '../release/tinyvgg.onnx';
import { createApp } from './app.ts';
import { ortService } from './engine/ort-service.ts';
import type OrtWorker from './engine/ort-worker.ts';

/** What wrangler.toml says of engines. */
interface Engines {
  ENGINE?: string;
  ORT?: Service<OrtWorker>;
}

function engines({ ENGINE = 'simd', ORT }: Engines): { engine: InferenceEngine; fallback?: InferenceEngine } {
  const [simd, ort] = [simdEngine(kernels), ORT && ortService(ORT)];
  if (ENGINE === 'simd') return ort ? { engine: simd, fallback: ort } : { engine: simd };
  if (ENGINE === 'ort' && ort) return { engine: ort };
  throw new ExplainedError({
    kind: 'usage',
    what: 'the variable ENGINE',
    expected: ENGINE === 'ort' ? 'a service binding ORT beside it' : 'simd or ort',
    got: ENGINE === 'ort' ? 'none' : ENGINE,
  });
}

/** For tests and benches, which do not wait half a minute for each change. */
function refreshMs({ REFRESH_MS }: { REFRESH_MS?: string }): number | undefined {
  if (REFRESH_MS === undefined) return undefined;
  const milliseconds = Number(REFRESH_MS);
  if (milliseconds > 0) return milliseconds;
  const [expected, got] = ['a number of milliseconds above 0', REFRESH_MS];
  throw new ExplainedError({ kind: 'usage', what: 'the variable REFRESH_MS', expected, got });
}

export default createApp({
  ...engines(env as Engines),
  refreshMs: refreshMs(env as { REFRESH_MS?: string }),
  // A test parses it; here that would be work of every cold start.
  bundled: { manifest: release as Manifest, weights: new Uint8Array(weights) },
});

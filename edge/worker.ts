/** @file The Worker: the API with its real parts, the runtime and the release that is compiled in. */
import { Manifest } from '#shared/manifest.ts';
import release from '../release/tinyvgg.json';
import weights from '../release/tinyvgg.onnx';
import { createApp } from './app.ts';
import { ortEngine } from './engine/ort.ts';

export default createApp({
  engine: ortEngine,
  bundled: { manifest: Manifest.parse(release), weights: new Uint8Array(weights) },
});

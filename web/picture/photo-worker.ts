/**
 * @file Web worker that runs the photo pipeline: pixels in, prepared photo out. Figures on the page keep moving meanwhile. A worker has
 * a Content-Security-Policy of its own, so the page itself does not have to allow WebAssembly.
 */
import type { Pixels } from '#shared/decode/pixels.ts';
import { photoPipeline } from '#shared/input/garment/photo.ts';

const scope = self as unknown as {
  onmessage: (event: MessageEvent<Pixels>) => void;
  postMessage(value: unknown): void;
};

const pipeline = WebAssembly.compileStreaming(fetch('/photo.wasm')).then(photoPipeline);

scope.onmessage = async ({ data }) => {
  try {
    scope.postMessage({ prepared: (await pipeline)(data) });
  } catch (error) {
    scope.postMessage({ error: `${error}` });
  }
};

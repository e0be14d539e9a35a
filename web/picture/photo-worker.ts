/**
 * @file The photo pipeline beside the page, so that figures go on moving: pixels in, what the network sees out. A worker is under the
 * policy of its own file, so that WebAssembly runs here alone.
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

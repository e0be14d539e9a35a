/**
 * @file Web worker that prepares photos for a network: pixels in, prepared photo out. Figures on the page keep moving meanwhile. A worker has
 * a Content-Security-Policy of its own, so the page itself does not have to allow WebAssembly.
 */
import { GARMENT_INPUT, picturePreparation } from '#shared/input/prepare.ts';
import type { PrepareRequest } from './photo.ts';

const scope = self as unknown as {
  onmessage: (event: MessageEvent<PrepareRequest>) => void;
  postMessage(value: unknown): void;
};

const preparation = WebAssembly.compileStreaming(fetch('/photo.wasm')).then(picturePreparation);

scope.onmessage = async ({ data }) => {
  try {
    const { pixels, input = GARMENT_INPUT } = data;
    scope.postMessage({ prepared: (await preparation)(pixels, input) });
  } catch (error) {
    scope.postMessage({ error: `${error}` });
  }
};

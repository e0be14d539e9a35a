/** @file What the photo pipeline makes of pixels, computed in a worker, one picture after the other. */
import type { Pixels } from '#shared/decode/pixels.ts';
import type { PreparedPhoto } from '#shared/photo/photo.ts';

let worker: Worker | undefined;
let last: Promise<unknown> = Promise.resolve();

export function prepare(pixels: Pixels): Promise<PreparedPhoto> {
  const prepared = last.then(() => ask(pixels));
  last = prepared.catch(() => {});
  return prepared;
}

function ask(pixels: Pixels): Promise<PreparedPhoto> {
  worker ??= new Worker('/photo-worker.js', { type: 'module' });
  const { promise, resolve, reject } = Promise.withResolvers<PreparedPhoto>();
  worker.onmessage = ({ data }: MessageEvent<PreparedPhoto>) => resolve(data);
  worker.onerror = () => reject(new Error('The photo pipeline has stopped. Load the page again.'));
  worker.postMessage(pixels);
  return promise;
}

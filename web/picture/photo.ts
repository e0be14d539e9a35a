/** @file What the photo pipeline makes of pixels, computed in a worker, one picture after the other. */
import type { Pixels } from '#shared/decode/pixels.ts';
import type { PreparedPhoto } from '#shared/input/garment/photo.ts';

type Reply = { prepared: PreparedPhoto } | { error: string };

let worker: Worker | undefined;
let last: Promise<unknown> = Promise.resolve();

/** @throws Error when the pipeline cannot be loaded or fails */
export function prepare(pixels: Pixels): Promise<PreparedPhoto> {
  const prepared = last.then(() => ask(pixels));
  last = prepared.catch(() => {});
  return prepared;
}

function ask(pixels: Pixels): Promise<PreparedPhoto> {
  worker ??= new Worker('/photo-worker.js', { type: 'module' });
  const { promise, resolve, reject } = Promise.withResolvers<PreparedPhoto>();
  const failed = (cause: unknown) =>
    reject(new Error('The photo pipeline has stopped. Load the page again.', { cause }));
  worker.onmessage = ({ data }: MessageEvent<Reply>) =>
    'prepared' in data ? resolve(data.prepared) : failed(data.error);
  worker.onerror = failed;
  worker.postMessage(pixels);
  return promise;
}

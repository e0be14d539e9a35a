/** @file The photo pipeline, run in a web worker on one photo after the other. */
import type { Pixels } from '#shared/decode/pixels.ts';
import type { PreparedPhoto } from '#shared/input/garment/photo.ts';

type Reply = { prepared: PreparedPhoto } | { error: string };

let worker: Worker | undefined;
let last: Promise<unknown> = Promise.resolve();

/** Prepares a photo for the network. @throws Error in a visitor's words when the pipeline fails or cannot be loaded */
export function prepare(pixels: Pixels): Promise<PreparedPhoto> {
  const prepared = last.then(() => ask(pixels));
  last = prepared.catch(() => {});
  return prepared;
}

function ask(pixels: Pixels): Promise<PreparedPhoto> {
  worker ??= new Worker('/photo-worker.js', { type: 'module' });
  const { promise, resolve, reject } = Promise.withResolvers<PreparedPhoto>();
  const fail = (cause: unknown) =>
    reject(new Error('The photo could not be processed. Reload the page and try again.', { cause }));
  worker.onmessage = ({ data }: MessageEvent<Reply>) =>
    'prepared' in data ? resolve(data.prepared) : fail(data.error);
  worker.onerror = fail;
  worker.postMessage(pixels);
  return promise;
}

/** @file Prepares photos for a network, in a web worker, one after the other. */
import type { Pixels } from '#shared/decode/pixels.ts';
import type { PreparedPhoto } from '#shared/input/garment/photo.ts';
import type { PictureInput } from '#shared/input/preprocessing.ts';

/** A message to the web worker. */
export interface PrepareRequest {
  pixels: Pixels;
  input?: PictureInput | undefined;
}

type Reply = { prepared: PreparedPhoto } | { error: string };

let worker: Worker | undefined;
let last: Promise<unknown> = Promise.resolve();

/**
 * Prepares a photo for a network.
 * @param input of the network; that of a network for garments if absent
 * @throws Error in a visitor's words when the preparation fails or cannot be loaded
 */
export function prepare(pixels: Pixels, input?: PictureInput): Promise<PreparedPhoto> {
  const prepared = last.then(() => ask({ pixels, input }));
  last = prepared.catch(() => {});
  return prepared;
}

function ask(request: PrepareRequest): Promise<PreparedPhoto> {
  worker ??= new Worker('/photo-worker.js', { type: 'module' });
  const { promise, resolve, reject } = Promise.withResolvers<PreparedPhoto>();
  const fail = (cause: unknown) =>
    reject(new Error('The photo could not be processed. Reload the page and try again.', { cause }));
  worker.onmessage = ({ data }: MessageEvent<Reply>) =>
    'prepared' in data ? resolve(data.prepared) : fail(data.error);
  worker.onerror = fail;
  worker.postMessage(request);
  return promise;
}

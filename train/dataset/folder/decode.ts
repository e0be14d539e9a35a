/** @file Decodes image files in worker threads. */
import { once } from 'node:events';
import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import type { PictureInput } from '#shared/input/preprocessing.ts';

export interface DecodeTask {
  path: string;
  /** Expected SHA-256 of the file in hex. */
  digest: string;
}

/** The prepared pixels of an image, or why it cannot be decoded. */
export type DecodeResult = { pixels: Uint8Array } | { why: string };

/** A thread starts in the time of about this many images. */
const IMAGES_PER_THREAD = 32;

export interface DecodePool {
  /** Decodes files and calls `onResult` with the index of each, in any order. */
  decode(
    tasks: readonly DecodeTask[],
    onResult: (index: number, result: DecodeResult) => void,
  ): Promise<void>;
  /** Stops the threads. */
  close(): Promise<void>;
}

/**
 * Creates a pool, which starts threads when they are needed.
 * @param input what the images are prepared for
 * @param count number of images to expect
 */
export function decodePool(input: PictureInput, count: number): DecodePool {
  const size = Math.min(availableParallelism(), Math.ceil(count / IMAGES_PER_THREAD));
  const threads: Worker[] = [];
  const start = () => {
    // Worker threads inherit the flags of the process, and reject some of them, such as --eval.
    threads.push(
      new Worker(new URL('./decode-worker.ts', import.meta.url), { workerData: input, execArgv: [] }),
    );
  };
  return {
    async decode(tasks, onResult) {
      if (tasks.length > 0) while (threads.length < size) start();
      let next = 0;
      const work = async (thread: Worker) => {
        while (next < tasks.length) {
          const i = next++;
          thread.postMessage(tasks[i]);
          // `once` rejects when the thread ends with an error.
          const [result] = await once(thread, 'message');
          onResult(i, result);
        }
      };
      await Promise.all(threads.map(work));
    },
    async close() {
      await Promise.all(threads.map((thread) => thread.terminate()));
    },
  };
}

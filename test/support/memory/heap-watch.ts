/**
 * @file The largest memory of an isolate while it works, without WebAssembly's, which never shrinks.
 * Garbage that V8 has not collected yet counts, as it does at Cloudflare's limit.
 */
import { setTimeout } from 'node:timers/promises';

/** Milliseconds between two measurements. */
const INTERVAL = 20;

/** The DevTools protocol's answer to `Runtime.getHeapUsage`, in bytes. */
interface HeapUsage {
  /** Objects of JavaScript. */
  usedSize: number;
  /** Objects of workerd. */
  embedderHeapUsedSize: number;
  /** Array buffers, without memories of WebAssembly. */
  backingStorageSize: number;
}

/** One measurement, in MiB. */
export interface HeapSample {
  /** Objects of JavaScript and of workerd. */
  objects: number;
  /** Array buffers, without memories of WebAssembly: isolate.ts measures those. */
  buffers: number;
  total: number;
}

export interface HeapWatch {
  /** The measurements so far, in order of time. */
  samples: HeapSample[];
  stop(): void;
}

/**
 * Watches an isolate through the DevTools protocol. workerd measures only while it handles requests.
 * https://chromedevtools.github.io/devtools-protocol/v8/Runtime/#method-getHeapUsage
 * @param inspector address of the inspector (`ws://127.0.0.1:9229/ws`)
 */
export async function watchHeap(inspector: string): Promise<HeapWatch> {
  // wrangler's proxy refuses connections without an origin.
  const socket = new WebSocket(inspector, { headers: { origin: 'http://localhost' } });
  await new Promise((settle, fail) => {
    socket.onopen = settle;
    socket.onerror = fail;
  });
  const samples: HeapSample[] = [];
  let isWatching = true;
  const measure = (): void => socket.send(JSON.stringify({ id: 1, method: 'Runtime.getHeapUsage' }));
  socket.onmessage = async ({ data }) => {
    const { id, result } = JSON.parse(String(data)) as { id?: number; result: HeapUsage };
    if (id !== 1) return;
    samples.push(toSample(result));
    await setTimeout(INTERVAL);
    if (isWatching) measure();
  };
  measure();
  return {
    samples,
    stop() {
      isWatching = false;
      socket.close();
    },
  };
}

function toSample({ usedSize, embedderHeapUsedSize, backingStorageSize }: HeapUsage): HeapSample {
  const objects = (usedSize + embedderHeapUsedSize) / 2 ** 20;
  const buffers = backingStorageSize / 2 ** 20;
  return { objects, buffers, total: objects + buffers };
}

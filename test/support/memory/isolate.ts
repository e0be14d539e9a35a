/**
 * @file Memory of an isolate, which Cloudflare limits to 128 MB. The size of a process does not show it: without a limit, V8 collects
 * garbage late, and the process grows beyond its needs.
 */
import { setTimeout } from 'node:timers/promises';

/** Memory in MiB after garbage collection. */
export interface IsolateMemory {
  /** Objects and code of JavaScript. */
  heap: number;
  /** Array buffers, and memories of WebAssembly. */
  buffers: number;
  /** Compiled WebAssembly. */
  wasmCode: number;
  total: number;
}

/** The relevant part of a heap snapshot. `nodes` holds one row per node, with a number for each of `node_fields`. */
interface Snapshot {
  snapshot: { meta: { node_fields: string[] } };
  nodes: number[];
  strings: string[];
}

/** Differs from the id in heap-watch.ts: Miniflare's proxy may pass a late response to an earlier connection on to this one. */
const TAKE = 2;

/**
 * Measures an isolate by a heap snapshot of the DevTools protocol. V8 collects garbage before the snapshot.
 * https://chromedevtools.github.io/devtools-protocol/tot/HeapProfiler/#method-takeHeapSnapshot
 * @param inspector address of the inspector (`ws://127.0.0.1:9229/main`)
 * @param sendRequest sends a request to the Worker: workerd continues the snapshot only while it handles a request
 */
export async function isolateMemory(
  inspector: string,
  sendRequest: () => Promise<unknown>,
): Promise<IsolateMemory> {
  // Miniflare's proxy refuses connections without an origin.
  const socket = new WebSocket(inspector, { headers: { origin: 'http://localhost' } });
  await new Promise((settle, fail) => {
    socket.onopen = settle;
    socket.onerror = fail;
  });
  try {
    const chunks: string[] = [];
    let isTaken = false;
    socket.onmessage = ({ data }) => {
      const { id, method, params } = JSON.parse(String(data));
      if (method === 'HeapProfiler.addHeapSnapshotChunk') chunks.push(params.chunk);
      if (id === TAKE) isTaken = true;
    };
    socket.send(JSON.stringify({ id: TAKE, method: 'HeapProfiler.takeHeapSnapshot' }));
    while (!isTaken) {
      await sendRequest();
      await setTimeout(20);
    }
    return sizes(JSON.parse(chunks.join('')));
  } finally {
    socket.close();
  }
}

function sizes({ snapshot, nodes, strings }: Snapshot): IsolateMemory {
  const { node_fields } = snapshot.meta;
  const [name, size] = [node_fields.indexOf('name'), node_fields.indexOf('self_size')];
  const bytes = { heap: 0, buffers: 0, wasmCode: 0, total: 0 };
  for (let node = 0; node < nodes.length; node += node_fields.length) {
    const kind = strings[nodes[node + name]];
    const self = nodes[node + size] / 2 ** 20;
    bytes.total += self;
    if (kind === 'system / JSArrayBufferData') bytes.buffers += self;
    else if (kind.includes('WasmNativeModule')) bytes.wasmCode += self;
    else bytes.heap += self;
  }
  return bytes;
}

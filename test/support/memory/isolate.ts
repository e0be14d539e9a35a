/**
 * @file What memory an isolate takes: what Cloudflare limits to 128 MB, and what the size of a process does not tell. V8 collects
 * garbage late where nobody limits it, so that a process grows to what it likes, not to what it needs.
 */
import { setTimeout } from 'node:timers/promises';

/** MiB of what is left after a collection of garbage. */
export interface IsolateMemory {
  /** Objects and code of JavaScript. */
  heap: number;
  /** Array buffers and the memories of WebAssembly. */
  buffers: number;
  /** Code of WebAssembly. */
  wasmCode: number;
  total: number;
}

/** The part of a snapshot that is read here: nodes are rows of numbers, one for each field. */
interface Snapshot {
  snapshot: { meta: { node_fields: string[] } };
  nodes: number[];
  strings: string[];
}

/**
 * Takes a heap snapshot by the DevTools protocol, for which V8 collects garbage first.
 * https://chromedevtools.github.io/devtools-protocol/tot/HeapProfiler/#method-takeHeapSnapshot
 * @param inspector its address (`ws://127.0.0.1:9229/main`)
 * @param turn gives the isolate a turn by a request: workerd works on the call only then
 */
export async function isolateMemory(inspector: string, turn: () => Promise<unknown>): Promise<IsolateMemory> {
  // wrangler's proxy lets in only who names an origin.
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
      if (id === 1) isTaken = true;
    };
    socket.send(JSON.stringify({ id: 1, method: 'HeapProfiler.takeHeapSnapshot' }));
    while (!isTaken) {
      await turn();
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

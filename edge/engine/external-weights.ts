/**
 * @file Separates the weights of an ONNX file from its graph.
 *
 * onnxruntime copies a whole file three times while it loads it: as bytes, as messages and as tensors. The weights of "external data"
 * (docs/ExternalData.md of onnx/onnx) it copies only once, as tensors. So the graph names the file itself as its external data, with the
 * place of each tensor. A file of 45 MB then takes 61 MB of WebAssembly memory instead of 133.
 */
import { PbfReader, PbfWriter } from 'pbf';

/** Path under which the graph names the file. */
export const WEIGHTS_PATH = 'weights';

/** Smaller tensors stay in the graph, in bytes. */
const SMALLEST = 1024;

// Field numbers of onnx.proto3.
const MODEL = { graph: 7 } as const;
const GRAPH = { initializer: 5 } as const;
const TENSOR = { floatData: 4, rawData: 9, externalData: 13, dataLocation: 14 } as const;
const ENTRY = { key: 1, value: 2 } as const;
const EXTERNAL = 1;

/**
 * Returns the graph of an ONNX file without its weights. It refers to them in the file, as external data at `WEIGHTS_PATH`.
 * onnxruntime refuses a file that is no model.
 */
export function graphWithoutWeights(file: Uint8Array): Uint8Array {
  const tensor = (bytes: Uint8Array) =>
    // Packed float data has the bytes of raw data: float32, little-endian.
    rewritten(bytes, [TENSOR.rawData, TENSOR.floatData], (data, writer) => {
      if (data.length < SMALLEST) return false;
      const place = {
        location: WEIGHTS_PATH,
        offset: data.byteOffset - file.byteOffset,
        length: data.length,
      };
      for (const entry of Object.entries(place)) writer.writeMessage(TENSOR.externalData, writeEntry, entry);
      writer.writeVarintField(TENSOR.dataLocation, EXTERNAL);
      return true;
    });
  const graph = (bytes: Uint8Array) =>
    rewritten(bytes, [GRAPH.initializer], (initializer, writer) => {
      writer.writeBytesField(GRAPH.initializer, tensor(initializer));
      return true;
    });
  return rewritten(file, [MODEL.graph], (bytes, writer) => {
    writer.writeBytesField(MODEL.graph, graph(bytes));
    return true;
  });
}

function writeEntry([key, value]: [string, string | number], writer: PbfWriter): void {
  writer.writeStringField(ENTRY.key, key);
  writer.writeStringField(ENTRY.value, `${value}`);
}

/**
 * Copies a message, with some of its fields replaced wherever they occur.
 * @param fields their numbers; their content is bytes
 * @param replace writes a field and returns true, or returns false to copy it
 */
function rewritten(
  message: Uint8Array,
  fields: readonly number[],
  replace: (content: Uint8Array, writer: PbfWriter) => boolean,
): Uint8Array {
  const reader = new PbfReader(message);
  const writer = new PbfWriter();
  while (reader.pos < message.length) {
    const start = reader.pos;
    const tag = reader.readVarint();
    const isBytes = (tag & 7) === LENGTH_DELIMITED;
    const content = isBytes ? reader.readBytes() : undefined;
    if (!content) reader.skip(tag);
    if (content && fields.includes(tag >> 3) && replace(content, writer)) continue;
    const copied = message.subarray(start, reader.pos);
    writer.realloc(copied.length);
    writer.buf.set(copied, writer.pos);
    writer.pos += copied.length;
  }
  return writer.finish();
}

/** Wire type of strings, bytes and messages. */
const LENGTH_DELIMITED = 2;

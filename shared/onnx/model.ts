/**
 * @file Reads and writes ONNX models: the part of the format that this project uses.
 *
 * Field numbers and meanings from onnx/onnx.proto3 and docs/IR.md (github.com/onnx/onnx), IR version 8.
 */
import { ExplainedError } from '../errors.ts';
import {
  bytes,
  decode,
  encode,
  float,
  floats,
  int64,
  int64s,
  type MessageFields,
  message,
  messages,
  string,
  strings,
} from '../protobuf.ts';

export interface Model {
  irVersion?: number;
  producerName?: string;
  graph?: Graph;
  opsetImport?: OperatorSet[];
  metadataProps?: Entry[];
}
export interface OperatorSet {
  /** Empty for the standard operators. */
  domain?: string;
  version?: number;
}
export interface Entry {
  key?: string;
  value?: string;
}
export interface Graph {
  node?: Node[];
  name?: string;
  initializer?: Tensor[];
  input?: ValueInfo[];
  output?: ValueInfo[];
}
export interface Node {
  input?: string[];
  output?: string[];
  name?: string;
  opType?: string;
  attribute?: Attribute[];
}
export interface Attribute {
  name?: string;
  f?: number;
  i?: number;
  /** UTF-8. */
  s?: Uint8Array;
  floats?: number[];
  ints?: number[];
  /** An `AttributeType`. */
  type?: number;
}
export interface Tensor {
  dims?: number[];
  /** A `DataType`. */
  dataType?: number;
  floatData?: number[];
  name?: string;
  /** Little-endian elements, row-major. */
  rawData?: Uint8Array;
}
export interface ValueInfo {
  name?: string;
  type?: Type;
}
export interface Type {
  tensorType?: TensorType;
  denotation?: string;
}
export interface TensorType {
  /** A `DataType`. */
  elemType?: number;
  shape?: TensorShape;
}
export interface TensorShape {
  dim?: Dimension[];
}
/** A size, or the name of a dimension of any size. */
export interface Dimension {
  dimValue?: number;
  dimParam?: string;
}

export const AttributeType = { FLOAT: 1, INT: 2, FLOATS: 6, INTS: 7 } as const;
export const DataType = { FLOAT: 1 } as const;

const dimension: MessageFields<Dimension> = { dimValue: int64(1), dimParam: string(2) };
const tensorShape: MessageFields<TensorShape> = { dim: messages(1, dimension) };
const tensorType: MessageFields<TensorType> = { elemType: int64(1), shape: message(2, tensorShape) };
const type: MessageFields<Type> = { tensorType: message(1, tensorType), denotation: string(6) };
const valueInfo: MessageFields<ValueInfo> = { name: string(1), type: message(2, type) };
const tensor: MessageFields<Tensor> = {
  dims: int64s(1),
  dataType: int64(2),
  floatData: floats(4),
  name: string(8),
  rawData: bytes(9),
};
const attribute: MessageFields<Attribute> = {
  name: string(1),
  f: float(2),
  i: int64(3),
  s: bytes(4),
  floats: floats(7),
  ints: int64s(8),
  type: int64(20),
};
const node: MessageFields<Node> = {
  input: strings(1),
  output: strings(2),
  name: string(3),
  opType: string(4),
  attribute: messages(5, attribute),
};
const graph: MessageFields<Graph> = {
  node: messages(1, node),
  name: string(2),
  initializer: messages(5, tensor),
  input: messages(11, valueInfo),
  output: messages(12, valueInfo),
};
const entry: MessageFields<Entry> = { key: string(1), value: string(2) };
const operatorSet: MessageFields<OperatorSet> = { domain: string(1), version: int64(2) };
const model: MessageFields<Model> = {
  irVersion: int64(1),
  producerName: string(2),
  graph: message(7, graph),
  opsetImport: messages(8, operatorSet),
  metadataProps: messages(14, entry),
};

/** Encodes a model as the bytes of an ONNX file. */
export const encodeModel = (value: Model): Uint8Array<ArrayBuffer> => encode(model, value);

/**
 * Decodes an ONNX file.
 * @throws ExplainedError of kind `model` when the bytes are not an ONNX model
 */
export function decodeModel(data: Uint8Array): Model {
  let value: Model;
  try {
    value = decode(model, data);
  } catch (cause) {
    throw notOnnx(data, cause);
  }
  if (value.irVersion === undefined || value.graph === undefined) throw notOnnx(data);
  return value;
}

/** Returns the model's `metadata_props` as a record. */
export function metadataOf({ metadataProps = [] }: Model): Record<string, string> {
  return Object.fromEntries(metadataProps.map(({ key = '', value = '' }) => [key, value]));
}

const notOnnx = (data: Uint8Array, cause?: unknown): ExplainedError =>
  new ExplainedError({
    kind: 'model',
    what: 'cannot read an ONNX model',
    expected: 'a ModelProto with ir_version and graph',
    got: `${data.length} bytes of something else`,
    cause,
  });

/**
 * @file The messages of an event file: `Event` (tensorboard/compat/proto/event.proto), with summaries of scalars and of tensors that a
 * plugin shows (summary.proto, tensor.proto).
 */
import {
  bytes,
  double,
  float,
  int64,
  type MessageFields,
  message,
  messages,
  string,
} from '#shared/protobuf.ts';

/** A tensor of any rank with values of one type. */
interface TensorProto {
  dtype: number;
  shape: object;
  text?: Uint8Array;
}

/** What a plugin of TensorBoard shows. */
interface Metadata {
  pluginData: { pluginName: string; content?: Uint8Array };
  dataClass: number;
}

/** A value of a summary: a scalar, or a tensor for a plugin. */
export interface Value {
  tag: string;
  simpleValue?: number;
  tensor?: TensorProto;
  metadata?: Metadata;
}

export interface Event {
  /** Seconds since 1970. */
  wallTime: number;
  step: number;
  fileVersion?: string;
  summary?: { value: Value[] };
  sessionLog?: { status: number };
}

/** Values of `DataType` in types.proto. */
export const FLOAT = 1;
export const STRING = 7;

/** `DATA_CLASS_TENSOR` in summary.proto. */
export const TENSOR = 2;

const TENSOR_PROTO: MessageFields<TensorProto> = {
  dtype: int64(1),
  shape: message(2, {}),
  text: bytes(8),
};
const METADATA: MessageFields<Metadata> = {
  pluginData: message(1, { pluginName: string(1), content: bytes(2) }),
  dataClass: int64(4),
};
const VALUE: MessageFields<Value> = {
  tag: string(1),
  simpleValue: float(2),
  tensor: message(8, TENSOR_PROTO),
  metadata: message(9, METADATA),
};
export const EVENT: MessageFields<Event> = {
  wallTime: double(1),
  step: int64(2),
  fileVersion: string(3),
  summary: message(5, { value: messages(1, VALUE) }),
  sessionLog: message(7, { status: int64(1) }),
};

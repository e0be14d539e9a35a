/** @file Encodes and decodes Protocol Buffers messages from tables of their fields (protobuf.dev/programming-guides/encoding). */
import { PbfReader, PbfWriter } from 'pbf';

/** Writes and reads one kind of value. */
interface Codec<V> {
  write(writer: PbfWriter, tag: number, value: V): void;
  read(reader: PbfReader): V;
}

interface Field<V> {
  tag: number;
  write(writer: PbfWriter, value: V): void;
  /** Reads one occurrence of the field. `before` is the value of the earlier occurrences. */
  read(reader: PbfReader, before: V | undefined): V;
}

/** A message type: the fields of `M` by name. Fields without a value are omitted when writing. */
export type MessageFields<M> = { [K in keyof Required<M>]: Field<NonNullable<M[K]>> };

const int64Codec: Codec<number> = {
  write: (writer, tag, value) => writer.writeVarintField(tag, value),
  read: (reader) => reader.readVarint(true),
};
const floatCodec: Codec<number> = {
  write: (writer, tag, value) => writer.writeFloatField(tag, value),
  read: (reader) => reader.readFloat(),
};
const doubleCodec: Codec<number> = {
  write: (writer, tag, value) => writer.writeDoubleField(tag, value),
  read: (reader) => reader.readDouble(),
};
const stringCodec: Codec<string> = {
  write: (writer, tag, value) => writer.writeStringField(tag, value),
  read: (reader) => reader.readString(),
};
const bytesCodec: Codec<Uint8Array> = {
  write: (writer, tag, value) => writer.writeBytesField(tag, value),
  read: (reader) => reader.readBytes(),
};
const messageCodec = <M extends object>(fields: MessageFields<M>): Codec<M> => ({
  write: (writer, tag, value) =>
    writer.writeMessage(tag, (message, inner) => writeFields(fields, message, inner), value),
  read: (reader) => readFields(fields, reader, reader.readVarint() + reader.pos),
});

const one = <V>(codec: Codec<V>, tag: number): Field<V> => ({
  tag,
  write: (writer, value) => codec.write(writer, tag, value),
  read: (reader) => codec.read(reader),
});
const many = <V>(codec: Codec<V>, tag: number): Field<V[]> => ({
  tag,
  write: (writer, values) => {
    for (const value of values) codec.write(writer, tag, value);
  },
  read(reader, before = []) {
    if (before.length === MAX_REPEATED) throw tooMany(tag);
    before.push(codec.read(reader));
    return before;
  },
});

export const int64 = (tag: number): Field<number> => one(int64Codec, tag);
export const float = (tag: number): Field<number> => one(floatCodec, tag);
export const double = (tag: number): Field<number> => one(doubleCodec, tag);
export const string = (tag: number): Field<string> => one(stringCodec, tag);
export const bytes = (tag: number): Field<Uint8Array> => one(bytesCodec, tag);
export const message = <M extends object>(tag: number, fields: MessageFields<M>): Field<M> =>
  one(messageCodec(fields), tag);
export const strings = (tag: number): Field<string[]> => many(stringCodec, tag);
export const messages = <M extends object>(tag: number, fields: MessageFields<M>): Field<M[]> =>
  many(messageCodec(fields), tag);

/**
 * Most messages, texts or whole numbers in one repeated field. An empty one takes 2 bytes in a file and 50 to 100 times as many in memory. The
 * largest networks of this field have some thousand operators.
 */
const MAX_REPEATED = 2 ** 14;

/** Wire type of packed numbers. */
const PACKED = 2;

const tooMany = (tag: number): RangeError =>
  new RangeError(`field ${tag} has more than ${MAX_REPEATED} values`);

/** Repeated numbers. They are written packed into one occurrence, and read packed or one by one. */
export const int64s = (tag: number): Field<number[]> => ({
  tag,
  write: (writer, values) => writer.writePackedVarint(tag, values),
  read(reader, before = []) {
    const start = reader.pos;
    // A number has at least one byte.
    const most = reader.type === PACKED ? reader.readVarint() : 1;
    reader.pos = start;
    if (before.length + most > MAX_REPEATED) throw tooMany(tag);
    return reader.readPackedVarint(before, true);
  },
});
export const floats = (tag: number): Field<number[]> => ({
  tag,
  write: (writer, values) => writer.writePackedFloat(tag, values),
  read: (reader, before) => reader.readPackedFloat(before),
});

/** Encodes a message. */
export function encode<M extends object>(fields: MessageFields<M>, value: M): Uint8Array<ArrayBuffer> {
  const writer = new PbfWriter();
  writeFields(fields, value, writer);
  return Uint8Array.from(writer.finish());
}

/**
 * Decodes a message and skips unknown fields.
 * @throws any error when the bytes end within a field or are not a Protocol Buffers message
 */
export function decode<M extends object>(fields: MessageFields<M>, data: Uint8Array): M {
  return readFields(fields, new PbfReader(data), data.length);
}

type AnyField = Field<unknown>;

function writeFields<M extends object>(fields: MessageFields<M>, value: M, writer: PbfWriter): void {
  for (const [name, field] of Object.entries<AnyField>(fields)) {
    const entry = value[name as keyof M];
    if (entry !== undefined) field.write(writer, entry);
  }
}

function readFields<M extends object>(fields: MessageFields<M>, reader: PbfReader, end: number): M {
  if (end > reader.length) throw new RangeError(`message ends at ${end}, beyond its ${reader.length} bytes`);
  const entries = Object.entries<AnyField>(fields);
  const value: Record<string, unknown> = {};
  reader.readFields(
    (tag: number) => {
      for (const [name, field] of entries) {
        if (field.tag === tag) value[name] = field.read(reader, value[name]);
      }
      if (reader.pos > end)
        throw new RangeError(`field ${tag} ends at ${reader.pos}, beyond its message at ${end}`);
    },
    value,
    end,
  );
  return value as M;
}

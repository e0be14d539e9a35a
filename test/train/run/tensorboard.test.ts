/** @file Event files, read by an independent implementation. */
import { execFileSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openEventFile } from '../../../train/run/tensorboard.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

/** Python with Debian's python3-crcmod and python3-protobuf: an independent checksum and parser. */
const PYTHON = '/usr/bin/python3';
const hasReader = (() => {
  try {
    execFileSync(PYTHON, ['-c', 'import crcmod.predefined, google.protobuf'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
})();

/** Reads an event file as TensorBoard does: checks the sizes and masked checksums, then parses the messages. */
const READER = `
import json, struct, sys
import crcmod.predefined
from google.protobuf import descriptor_pb2, descriptor_pool, json_format, message_factory, struct_pb2

F = descriptor_pb2.FieldDescriptorProto
proto = descriptor_pb2.FileDescriptorProto(name='event.proto', package='tensorflow', syntax='proto3',
                                           dependency=[struct_pb2.DESCRIPTOR.name])
def message(name, *fields):
    m = proto.message_type.add(name=name)
    for tag, field, kind, label, of in fields:
        f = m.field.add(name=field, number=tag, type=kind, label=label)
        if of: f.type_name = '.tensorflow.' + of
one, many = F.LABEL_OPTIONAL, F.LABEL_REPEATED
message('Shape')
message('Tensor', (1, 'dtype', F.TYPE_INT32, one, None), (2, 'tensor_shape', F.TYPE_MESSAGE, one, 'Shape'),
        (8, 'string_val', F.TYPE_BYTES, many, None))
message('PluginData', (1, 'plugin_name', F.TYPE_STRING, one, None), (2, 'content', F.TYPE_BYTES, one, None))
message('Metadata', (1, 'plugin_data', F.TYPE_MESSAGE, one, 'PluginData'), (4, 'data_class', F.TYPE_INT32, one, None))
message('Value', (1, 'tag', F.TYPE_STRING, one, None), (2, 'simple_value', F.TYPE_FLOAT, one, None),
        (8, 'tensor', F.TYPE_MESSAGE, one, 'Tensor'), (9, 'metadata', F.TYPE_MESSAGE, one, 'Metadata'))
# tensorboard/plugins/hparams/plugin_data.proto. A map is a repeated message of its entries.
message('Entry', (1, 'key', F.TYPE_STRING, one, None), (2, 'value', F.TYPE_MESSAGE, one, None))
proto.message_type[-1].field[1].type_name = '.google.protobuf.Value'
message('Start', (1, 'hparams', F.TYPE_MESSAGE, many, 'Entry'), (5, 'start_time_secs', F.TYPE_DOUBLE, one, None))
message('End', (1, 'status', F.TYPE_INT32, one, None), (2, 'end_time_secs', F.TYPE_DOUBLE, one, None))
message('HParamsPluginData', (1, 'version', F.TYPE_INT32, one, None),
        (3, 'session_start_info', F.TYPE_MESSAGE, one, 'Start'), (4, 'session_end_info', F.TYPE_MESSAGE, one, 'End'))
message('Summary', (1, 'value', F.TYPE_MESSAGE, many, 'Value'))
message('SessionLog', (1, 'status', F.TYPE_INT32, one, None))
message('Event', (1, 'wall_time', F.TYPE_DOUBLE, one, None), (2, 'step', F.TYPE_INT64, one, None),
        (3, 'file_version', F.TYPE_STRING, one, None), (5, 'summary', F.TYPE_MESSAGE, one, 'Summary'),
        (7, 'session_log', F.TYPE_MESSAGE, one, 'SessionLog'))
pool = descriptor_pool.DescriptorPool()
pool.AddSerializedFile(struct_pb2.DESCRIPTOR.serialized_pb)
pool.Add(proto)
factory = message_factory.MessageFactory(pool)
Event, HParams = [factory.GetPrototype(pool.FindMessageTypeByName('tensorflow.' + name)) for name in ('Event', 'HParamsPluginData')]
def plain(message): return json_format.MessageToDict(message, preserving_proto_field_name=True)

crc32c = crcmod.predefined.mkCrcFun('crc-32c')
def checked(data, crc):
    c = crc32c(data)
    masked = (((c >> 15) | (c << 17)) + 0xa282ead8) & 0xffffffff
    assert struct.unpack('<I', crc)[0] == masked, 'checksum'
    return data
file = open(sys.argv[1], 'rb')
while True:
    size = file.read(8)
    if not size: break
    n, = struct.unpack('<Q', checked(size, file.read(4)))
    data = file.read(n)
    event = Event()
    event.ParseFromString(checked(data, file.read(4)))
    assert not event.UnknownFields() if hasattr(event, 'UnknownFields') else True
    line = plain(event)
    for value, read in zip(event.summary.value, line.get('summary', {}).get('value', [])):
        if value.metadata.plugin_data.plugin_name == 'hparams':
            data = HParams()
            data.ParseFromString(value.metadata.plugin_data.content)
            read['hparams'] = plain(data)
        if value.tensor.string_val: read['text'] = value.tensor.string_val[0].decode()
    print(json.dumps(line))
`;

describe.skipIf(!hasReader)(
  `event files for TensorBoard${hasReader ? '' : ' (skipped: install python3-protobuf and python3-crcmod)'}`,
  () => {
    it('contain the version, the first step, and the values by step', () => {
      const folder = join(temporaryFolder(), 'run');
      const before = Date.now() / 1000;
      const events = openEventFile(folder, 26);
      events.scalars(50, { 'loss/steps': 0.75 });
      events.scalars(1875, { 'loss/test': 0.5, 'accuracy/test': 0.875 });
      events.close();
      const [name] = readdirSync(folder);
      expect(name).toMatch(/^events\.out\.tfevents\.\d{10}\./);
      const lines = execFileSync(PYTHON, ['-c', READER, join(folder, name)], { encoding: 'utf8' });
      const [version, start, steps, epoch] = lines
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line));
      expect(version).toMatchObject({ file_version: 'brain.Event:2' });
      expect(version.wall_time).toBeGreaterThanOrEqual(before);
      expect(start).toMatchObject({ step: '26', session_log: { status: 1 } });
      expect(steps).toMatchObject({
        step: '50',
        summary: { value: [{ tag: 'loss/steps', simple_value: 0.75 }] },
      });
      expect(epoch.summary.value).toEqual([
        { tag: 'loss/test', simple_value: 0.5 },
        { tag: 'accuracy/test', simple_value: 0.875 },
      ]);
    });

    it('list the settings for the tabs HParams and Text, and how the training ended', () => {
      const folder = join(temporaryFolder(), 'run');
      const events = openEventFile(folder, 1);
      events.settings({
        learningRate: 0.1,
        optimizer: 'sgd',
        balance: false,
        calibration: true,
        data: 'a|b',
      });
      events.end('diverged');
      events.close();
      const [name] = readdirSync(folder);
      const lines = execFileSync(PYTHON, ['-c', READER, join(folder, name)], { encoding: 'utf8' });
      const [settings, end] = lines
        .trim()
        .split('\n')
        .slice(2)
        .map((line) => JSON.parse(line).summary.value);
      expect(settings[0]).toMatchObject({
        tag: '_hparams_/session_start_info',
        tensor: { dtype: 1, tensor_shape: {} },
        metadata: { plugin_data: { plugin_name: 'hparams' }, data_class: 2 },
        hparams: {
          session_start_info: {
            hparams: [
              { key: 'learningRate', value: 0.1 },
              { key: 'optimizer', value: 'sgd' },
              { key: 'balance', value: false },
              { key: 'calibration', value: true },
              { key: 'data', value: 'a|b' },
            ],
            start_time_secs: expect.any(Number),
          },
        },
      });
      expect(settings[1]).toMatchObject({
        tag: 'settings/text_summary',
        tensor: { dtype: 7, tensor_shape: {} },
        metadata: { plugin_data: { plugin_name: 'text' }, data_class: 2 },
        text: expect.stringMatching(
          /^\| setting \| value \|\n\|---\|---\|\n\| learningRate \| 0\.1 \|\n.*\| data \| a\\\|b \|$/s,
        ),
      });
      expect(end).toMatchObject([
        { tag: '_hparams_/session_end_info', hparams: { session_end_info: { status: 2 } } },
      ]);
    });

    it('are rejected by this reader when they are damaged', () => {
      expect(() => execFileSync(PYTHON, ['-c', READER, 'examples/trouser.png'], { stdio: 'pipe' })).toThrow(
        /checksum/,
      );
    });
  },
);

/**
 * @file Writes event files for TensorBoard: metrics as scalars, and the settings for its tabs HParams and Text. They consist of TFRecords, each with a `tensorflow.Event` (tensorboard/compat/proto/event.proto,
 * summary.proto; tensorflow.org/tutorials/load_data/tfrecord, "TFRecords format details"):
 *
 * ```
 * 8 bytes    N, the size of the data, unsigned little-endian 64-bit
 * 4 bytes    masked CRC-32C of those 8 bytes
 * N bytes    data
 * 4 bytes    masked CRC-32C of the data
 * ```
 *
 * where mask(crc) = ((crc >>> 15) | (crc << 17)) + 0xa282ead8.
 */
import { closeSync, mkdirSync, openSync, writeSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import crc32c from 'crc-32/crc32c.js';
import { encode } from '#shared/protobuf.ts';
import { orDiskError } from '../files.ts';
import type { Outcome, ReportedSettings, Reporter } from '../training/reporter.ts';
import { EVENT, type Event, type Value } from './tensorboard-format.ts';
import { sessionEnd, sessionStart, settingsText } from './tensorboard-settings.ts';

const FILE_VERSION = 'brain.Event:2';
/** SessionLog.START: TensorBoard ignores the values in older files at this step and later. */
const START = 1;

export interface EventFile extends Required<Reporter> {
  settings(values: ReportedSettings): void;
  end(outcome: Outcome): void;
  close(): void;
}

/**
 * Creates an event file.
 * @param folder the folder of one training
 * @param step the first step that the file will contain
 * @throws ExplainedError of kind `disk`
 */
export function openEventFile(folder: string, step: number): EventFile {
  const now = () => Date.now() / 1000;
  // TensorBoard reads the files of a folder in the order of their names.
  const path = join(folder, `events.out.tfevents.${Math.floor(now())}.${hostname()}.${process.pid}`);
  const file = orDiskError(path, () => {
    mkdirSync(folder, { recursive: true });
    return openSync(path, 'a');
  });
  const append = (event: Omit<Event, 'wallTime'>) =>
    orDiskError(path, () => writeSync(file, tfRecord(encode(EVENT, { wallTime: now(), ...event }))));
  const write = (at: number, ...value: Value[]) => append({ step: at, summary: { value } });
  append({ step: 0, fileVersion: FILE_VERSION });
  append({ step, sessionLog: { status: START } });
  return {
    // At step 0, which no later file of the folder replaces.
    settings: (values) => write(0, sessionStart(values, now()), settingsText(values)),
    scalars: (at, values) =>
      write(at, ...Object.entries(values).map(([tag, simpleValue]) => ({ tag, simpleValue }))),
    end: (outcome) => write(0, sessionEnd(outcome, now())),
    close: () => closeSync(file),
  };
}

function tfRecord(data: Uint8Array): Uint8Array {
  const record = new Uint8Array(16 + data.length);
  const view = new DataView(record.buffer);
  view.setBigUint64(0, BigInt(data.length), true);
  view.setUint32(8, maskedCrc(record.subarray(0, 8)), true);
  record.set(data, 12);
  view.setUint32(12 + data.length, maskedCrc(data), true);
  return record;
}

function maskedCrc(data: Uint8Array): number {
  const crc = crc32c.buf(data) >>> 0;
  return (((crc >>> 15) | (crc << 17)) + 0xa282ead8) >>> 0;
}

/**
 * @file The settings of a training in an event file: for TensorBoard’s tab HParams, which compares trainings by their settings
 * (tensorboard/plugins/hparams/plugin_data.proto), and as a table for its tab Text.
 */
import { double, encode, int64, type MessageFields, message, messages, string } from '#shared/protobuf.ts';
import type { Outcome, ReportedSettings } from '../training/reporter.ts';
import { FLOAT, STRING, TENSOR, type Value } from './tensorboard-format.ts';

/** `google.protobuf.Value`: one of its members is set. */
interface Scalar {
  number?: number;
  text?: string;
  /** 1 is true. */
  flag?: number;
}

/** The content of a summary of the plugin. Its version is 0, which is not written. */
interface PluginData {
  /** A map is a repeated message of its entries. */
  start?: { settings: { key: string; value: Scalar }[]; time: number };
  end?: { status: number; time: number };
}

const SCALAR: MessageFields<Scalar> = { number: double(2), text: string(3), flag: int64(4) };
const PLUGIN_DATA: MessageFields<PluginData> = {
  start: message(3, {
    settings: messages(1, { key: string(1), value: message(2, SCALAR) }),
    time: double(5),
  }),
  end: message(4, { status: int64(1), time: double(2) }),
};

/** Values of `Status` in api.proto. */
const SUCCESS = 1;
const FAILURE = 2;

const summary = (name: string, data: PluginData): Value => ({
  tag: `_hparams_/${name}`,
  // The plugin reads the metadata only. Its writer adds an empty tensor, without which TensorBoard drops the summary.
  tensor: { dtype: FLOAT, shape: {} },
  metadata: { pluginData: { pluginName: 'hparams', content: encode(PLUGIN_DATA, data) }, dataClass: TENSOR },
});

/** @param time in seconds since 1970 */
export function sessionStart(values: ReportedSettings, time: number): Value {
  const settings = Object.entries(values).map(([key, value]) => ({ key, value: scalarOf(value) }));
  return summary('session_start_info', { start: { settings, time } });
}

/** @param time in seconds since 1970 */
export const sessionEnd = (outcome: Outcome, time: number): Value =>
  summary('session_end_info', { end: { status: outcome === 'finished' ? SUCCESS : FAILURE, time } });

function scalarOf(value: string | number | boolean): Scalar {
  if (typeof value === 'number') return { number: value };
  return typeof value === 'string' ? { text: value } : { flag: Number(value) };
}

/** Returns the settings as a table in Markdown. */
export function settingsText(values: ReportedSettings): Value {
  const cell = (text: unknown) => `${text}`.replaceAll('|', '\\|').replaceAll('\n', ' ');
  const rows = Object.entries(values).map(([name, value]) => `| ${cell(name)} | ${cell(value)} |`);
  const text = ['| setting | value |', '|---|---|', ...rows].join('\n');
  return {
    tag: 'settings/text_summary',
    tensor: { dtype: STRING, shape: {}, text: new TextEncoder().encode(text) },
    metadata: { pluginData: { pluginName: 'text' }, dataClass: TENSOR },
  };
}

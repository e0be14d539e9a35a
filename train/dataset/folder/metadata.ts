/** @file Metadata of images: CSV or JSON lines with Hugging Face's names (huggingface.co/docs/datasets, "ImageFolder"). */
import { CsvError, parse } from 'csv-parse/sync';
import * as v from 'valibot';
import { ExplainedError } from '#shared/errors.ts';
import { type Part, partOf } from './part.ts';

/** One image. */
export interface Row {
  /** Path, absolute or relative to the folder of the metadata, with `/` between the names. */
  file: string;
  label: string;
  group?: string;
  part?: Part;
}

/** JSON lines may have numbers as labels and groups. */
const Text = v.pipe(v.union([v.string(), v.pipe(v.number(), v.transform(String))]), v.trim());
const Filled = v.pipe(Text, v.nonEmpty());
const Optional = v.nullish(Text);

const Columns = v.object({
  file_name: v.exactOptional(Filled),
  path: v.exactOptional(Filled),
  label: v.exactOptional(Filled),
  class: v.exactOptional(Filled),
  group: Optional,
  split: Optional,
});

/**
 * Parses metadata. Columns other than `file_name` (or `path`), `label` (or `class`), `group` and `split` are ignored.
 * @param path of the file, for errors; its name says whether it is CSV
 * @throws ExplainedError of kind `data` naming the line
 */
export function parseMetadata(text: string, path: string): Row[] {
  const records = path.toLowerCase().endsWith('.csv') ? csvRecords(text, path) : jsonRecords(text, path);
  const rows = records.map(({ line, values }) => rowOf(values, path, line));
  const labels = new Map<string, string>();
  return rows.filter(({ file, label }, i) => {
    const earlier = labels.get(file);
    labels.set(file, label);
    if (earlier !== undefined && earlier !== label)
      throw damaged(
        path,
        records[i].line,
        'one label for each image',
        `${file} as ${earlier} and as ${label}`,
      );
    return earlier === undefined;
  });
}

interface Numbered {
  /** Number of the line, from 1. */
  line: number;
  values: unknown;
}

/** Spreadsheets separate columns with semicolons in some languages, and begin the file with a byte-order mark. */
function csvRecords(text: string, path: string): Numbered[] {
  const [head] = text.split('\n', 1);
  try {
    const records: { record: unknown; info: { lines: number } }[] = parse(text, {
      columns: true,
      bom: true,
      delimiter: [';', '\t'].find((separator) => head.includes(separator)) ?? ',',
      skip_empty_lines: true,
      trim: true,
      info: true,
    });
    return records.map(({ record, info }) => ({ line: info.lines, values: record }));
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    throw damaged(path, Number(error.lines ?? 1), 'CSV with a head line', error.message, error);
  }
}

function jsonRecords(text: string, path: string): Numbered[] {
  return text.split('\n').flatMap((own, i) => {
    if (own.trim() === '') return [];
    try {
      return { line: i + 1, values: JSON.parse(own) };
    } catch (error) {
      throw damaged(path, i + 1, 'a JSON object on each line', 'text that is no JSON', error);
    }
  });
}

function rowOf(values: unknown, path: string, line: number): Row {
  const expected = 'file_name and label, and optionally group and split';
  const { success, output, issues } = v.safeParse(Columns, values, { abortEarly: true });
  if (!success) {
    const column = issues[0].path?.[0]?.key;
    throw damaged(path, line, expected, column === undefined ? 'no object' : `an empty or invalid ${column}`);
  }
  const file = output.file_name ?? output.path;
  const label = output.label ?? output.class;
  if (file === undefined || label === undefined)
    throw damaged(path, line, expected, `the columns ${Object.keys(values as object).join(', ')}`);
  const part = output.split ? partOf(output.split.toLowerCase()) : undefined;
  if (output.split && !part) throw damaged(path, line, 'the split train, validation or test', output.split);
  return {
    file: file.replace(/^\.\//, ''),
    label,
    ...(output.group && { group: output.group }),
    ...(part && { part }),
  };
}

const damaged = (
  path: string,
  line: number,
  expected: string,
  got: string,
  cause?: unknown,
): ExplainedError =>
  new ExplainedError({
    kind: 'data',
    what: `${path}, line ${line}`,
    expected,
    got,
    next: 'Correct the file.',
    cause,
  });

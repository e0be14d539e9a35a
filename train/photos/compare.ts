/** @file Compares two evaluations of the same photos: which photos a change fixed, and which it broke. */
import { readFile } from 'node:fs/promises';
import * as v from 'valibot';
import { ExplainedError } from '#shared/errors.ts';
import { Real } from '#shared/validation.ts';

/** The members of a report that the comparison reads. */
const Report = v.object({
  macro: Real,
  results: v.array(v.object({ folder: v.string(), file: v.string(), label: v.string(), right: v.boolean() })),
});
export type Report = v.InferOutput<typeof Report>;

/** A photo that is correct in only one of the two reports. */
interface Change {
  /** `<folder>/<file>` */
  photo: string;
  before: string;
  after: string;
}

export interface Comparison {
  /** The score of the earlier report. */
  macro: number;
  mended: Change[];
  broken: Change[];
}

/**
 * Reads a file that `--report` wrote.
 * @throws ExplainedError of kind `usage`
 */
export async function readReport(path: string): Promise<Report> {
  try {
    return v.parse(Report, JSON.parse(await readFile(path, 'utf8')));
  } catch (cause) {
    throw new ExplainedError({
      kind: 'usage',
      what: `cannot compare with ${path}`,
      expected: 'a file that evaluate --report wrote',
      got: cause instanceof v.ValiError ? v.summarize(cause.issues) : (cause as Error).message,
      cause,
    });
  }
}

/** Compares the photos that are in both reports. */
export function compareReports(before: Report, after: Report): Comparison {
  const name = ({ folder, file }: Report['results'][number]) => `${folder}/${file}`;
  const earlier = new Map(before.results.map((result) => [name(result), result]));
  const changes = after.results.flatMap((result) => {
    const was = earlier.get(name(result));
    if (!was || was.right === result.right) return [];
    return [{ right: result.right, photo: name(result), before: was.label, after: result.label }];
  });
  const changesTo = (right: boolean) =>
    changes.filter((change) => change.right === right).map(({ right, ...change }) => change);
  return { macro: before.macro, mended: changesTo(true), broken: changesTo(false) };
}

/** @file Two evaluations of the same photos: what a change of the pipeline or the model has mended, and what it has broken. */
import { readFile } from 'node:fs/promises';
import * as v from 'valibot';
import { ExplainedError } from '#shared/errors.ts';
import { Real } from '#shared/validation.ts';

/** What is compared of a report. */
const Report = v.object({
  macro: Real,
  results: v.array(v.object({ folder: v.string(), file: v.string(), label: v.string(), right: v.boolean() })),
});
export type Report = v.InferOutput<typeof Report>;

/** A photo whose answer was right before, or is now, and not both. */
interface Change {
  /** `<folder>/<file>` */
  photo: string;
  before: string;
  after: string;
}

export interface Comparison {
  /** Of the earlier report. */
  macro: number;
  mended: Change[];
  broken: Change[];
}

/**
 * Reads what `--report` has written.
 * @throws ExplainedError of kind `usage`
 */
export async function readReport(path: string): Promise<Report> {
  try {
    return v.parse(Report, JSON.parse(await readFile(path, 'utf8')));
  } catch (cause) {
    throw new ExplainedError({
      kind: 'usage',
      what: `cannot compare with ${path}`,
      expected: 'a file that --report has written',
      got: cause instanceof v.ValiError ? v.summarize(cause.issues) : (cause as Error).message,
      cause,
    });
  }
}

/** The photos that are in both. */
export function compareReports(before: Report, after: Report): Comparison {
  const name = ({ folder, file }: Report['results'][number]) => `${folder}/${file}`;
  const earlier = new Map(before.results.map((result) => [name(result), result]));
  const changes = after.results.flatMap((result) => {
    const was = earlier.get(name(result));
    if (!was || was.right === result.right) return [];
    return [{ right: result.right, photo: name(result), before: was.label, after: result.label }];
  });
  const those = (right: boolean) =>
    changes.filter((change) => change.right === right).map(({ right, ...change }) => change);
  return { macro: before.macro, mended: those(true), broken: those(false) };
}

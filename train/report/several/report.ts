/** @file `report` of several runs: one page that compares them, and draws the seeds of a setting together. */
import { dirname, join, resolve } from 'node:path';
import { ExplainedError } from '#shared/errors.ts';
import { writeFileAtomic } from '../../files.ts';
import { svgFile } from '../figure.ts';
import { readResults } from '../results.ts';
import { MOST_SERIES, severalAccuracies, severalLosses, testAccuracies } from './figures.ts';
import { severalPage } from './page.ts';
import { resultsOf, seriesOf } from './series.ts';

/**
 * Writes `index.html` and its figures. Prints the path of the page.
 * @param out the folder; `comparison` beside the first run when undefined
 * @throws ExplainedError of kind `usage` when a folder is not a run folder, or named twice
 */
export async function reportSeveral(folders: readonly string[], out?: string): Promise<void> {
  const paths = folders.map((folder) => resolve(folder));
  const twice = paths.findIndex((path, i) => paths.indexOf(path) !== i);
  if (twice >= 0) {
    throw new ExplainedError({
      kind: 'usage',
      what: `--run names ${folders[twice]} twice`,
      next: 'Name each run once.',
    });
  }
  const runs = await Promise.all(folders.map((folder) => readResults(folder)));
  const { series, differing } = await seriesOf(runs);
  const drawn = series.filter(({ trainings }) => trainings.some(({ epochs }) => epochs.length > 0));
  const notes: string[] = [];
  if (drawn.length > MOST_SERIES)
    notes.push(
      `No figures: they tell at most ${MOST_SERIES} models and settings apart, and there are ${drawn.length}.`,
    );
  const figures = [];
  if (drawn.length > 0 && drawn.length <= MOST_SERIES) {
    figures.push(await severalLosses(drawn), await severalAccuracies(drawn));
    const finished = drawn.filter((one) => resultsOf(one).length > 0);
    if (finished.length > 0) figures.push(await testAccuracies(finished));
  }
  const folder = out ?? join(dirname(paths[0]), 'comparison');
  for (const figure of figures) await writeFileAtomic(join(folder, `${figure.name}.svg`), svgFile(figure));
  const path = join(folder, 'index.html');
  await writeFileAtomic(path, severalPage(runs, { series, differing }, figures, notes));
  for (const note of notes) console.log(note);
  console.log(`Report: ${path}`);
}

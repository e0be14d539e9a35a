/** @file Renders the comparison of several runs as one HTML page. */
import { isDeepStrictEqual } from 'node:util';
import { count, list } from '../../format.ts';
import { commandLine } from '../../installation.ts';
import { figureGrid, row, section, table } from '../elements.ts';
import { imageCounts } from '../facts.ts';
import type { Figure } from '../figure.ts';
import { type Markup, markup, raw } from '../markup.ts';
import type { Results } from '../results.ts';
import { selfContainedPage } from '../self-contained-page.ts';
import { PAGE_STYLE } from '../style.ts';
import { percent, seconds } from '../unbroken.ts';
import { meanAccuracy, resultsOf, type Series, type Spread, spreadOf, wordsOf } from './series.ts';

/**
 * Returns the page.
 * @param differing names of the settings in which the series differ
 * @param notes sentences that name what the page lacks
 */
export function severalPage(
  runs: readonly Results[],
  { series, differing }: { series: readonly Series[]; differing: readonly string[] },
  figures: readonly Figure[],
  notes: readonly string[],
): string {
  const title = `Comparison of ${runs.length} runs`;
  const body = markup`<header>
<h1>${title}</h1>
<p>${list(differenceOf(runs, differing))} ${imagesOf(runs)}</p>
</header>
<main>
${notes.length > 0 && markup`<section class="missing" aria-labelledby="missing"><h2 id="missing">Missing from this page</h2><ul>${notes.map((note) => markup`<li>${note}</li>`)}</ul></section>`}
${section('Results', markup`<p class="conclusion">${conclusionOf(series)}</p>${resultTable(series)}<p class="note">The deviation is the standard deviation of the seeds. With few seeds, a difference of about one deviation can be chance.</p>`)}
${figures.length > 0 && section('Learning curves and seeds', figureGrid(figures))}
${section('Runs', runTable(series))}
</main>
<footer><p>Each figure is also an SVG file beside this page. <code>${commandLine('report', '--run', 'FOLDER')}</code> shows one run.</p></footer>`;
  return selfContainedPage(title, PAGE_STYLE, body);
}

const differenceOf = (runs: readonly Results[], differing: readonly string[]): string[] => {
  const seeds = new Set(runs.map(({ summary }) => summary.seed)).size;
  if (differing.length > 0)
    return [`The runs differ in ${list(differing.map(wordsOf))}${seeds > 1 ? ', and in their seeds' : ''}.`];
  return [
    seeds > 1
      ? 'The runs have the same settings, and differ in their seeds.'
      : 'The runs have the same settings and seed.',
  ];
};

/** Describes the images, or warns where the runs were tested on different ones. */
function imagesOf(runs: readonly Results[]): string {
  const [first, ...others] = runs.map(({ summary }) => summary);
  const isSame = others.every(
    ({ dataset, images }) => isDeepStrictEqual(dataset, first.dataset) && images.test === first.images.test,
  );
  if (!isSame) return 'They were tested on different images, so their accuracies do not compare.';
  return others.every(({ images }) => images.train === first.images.train)
    ? `${first.data}: ${imageCounts(first)}.`
    : `${first.data}: ${count(first.images.test)} test images.`;
}

/** Names the best series. */
function conclusionOf(series: readonly Series[]): string {
  const [best, second] = series
    .filter((one) => resultsOf(one).length > 0)
    .toSorted((a, b) => (meanAccuracy(b) ?? 0) - (meanAccuracy(a) ?? 0));
  if (!best) return 'No training has finished.';
  const { mean, deviation } = spreadOf(resultsOf(best).map(({ final }) => final.testAccuracy)) as Spread;
  const seeds = resultsOf(best).length;
  const result = `${best.name}: ${percent(mean)} of the test images are classified correctly${seeds > 1 ? ` in the mean of ${seeds} trainings, with a deviation of ${points(deviation)}` : ''}`;
  const other = second && meanAccuracy(second);
  return other === undefined
    ? `${result}.`
    : `${result}, ${points(mean - other)} more than the second best, ${second.name}.`;
}

const points = (share = 0): string => `${(100 * share).toFixed(2)}\u00a0points`;

function resultTable(series: readonly Series[]): Markup {
  const hasValidation = series.some((one) =>
    resultsOf(one).some(({ final }) => final.validationAccuracy !== undefined),
  );
  const best = Math.max(...series.map((one) => meanAccuracy(one) ?? 0));
  const head = [
    'trainings',
    'test accuracy',
    'range',
    ...(hasValidation ? ['validation accuracy'] : []),
    'test loss',
    'training time',
    'parameters',
  ];
  const rows = series.map((one) => {
    const results = resultsOf(one);
    const accuracies = results.map(({ final }) => final.testAccuracy);
    const diverged = one.trainings.filter((training) => training.diverged).length;
    const counted = `${results.length}${diverged > 0 ? `, ${diverged} diverged` : ''}`;
    const mean = (values: readonly number[], text: (value: number) => string) => {
      const spread = spreadOf(values);
      return spread ? text(spread.mean) : '–';
    };
    return row(
      one.name,
      [
        counted,
        describeSpread(spreadOf(accuracies)),
        accuracies.length > 1
          ? `${percent(Math.min(...accuracies))} to ${percent(Math.max(...accuracies))}`
          : '–',
        ...(hasValidation
          ? [
              mean(
                results.flatMap(({ final }) => final.validationAccuracy ?? []),
                percent,
              ),
            ]
          : []),
        mean(
          results.map(({ final }) => final.testLoss),
          (loss) => loss.toFixed(5),
        ),
        mean(
          results.map(({ trainSeconds }) => trainSeconds),
          seconds,
        ),
        mean(
          results.map(({ parameters }) => parameters),
          count,
        ),
      ],
      raw(meanAccuracy(one) === best ? ' class="best"' : ''),
    );
  });
  return table('Means over the seeds', ['model and settings', ...head], rows);
}

const describeSpread = (spread: Spread | undefined): string => {
  if (!spread) return '–';
  const { mean, deviation } = spread;
  return deviation === undefined ? percent(mean) : `${percent(mean)} ± ${(100 * deviation).toFixed(2)}`;
};

function runTable(series: readonly Series[]): Markup {
  const rows = series.flatMap((one) =>
    one.trainings.map(({ run, seed, result, diverged, epochs }) => {
      const outcome = diverged
        ? `diverged at step ${count(diverged.step)}`
        : result
          ? percent(result.final.testAccuracy)
          : `not finished: ${epochs.length} epochs`;
      return row(run, [one.name, String(seed), outcome]);
    }),
  );
  return table('Every training', ['run', 'model and settings', 'seed', 'test accuracy'], rows);
}

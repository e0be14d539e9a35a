/** @file Prints an evaluation of photos as tables. */
import Table from 'cli-table3';
import { LABELS } from '../dataset/fashion-mnist/labels.ts';
import { percent } from '../format.ts';
import { confusionTable } from '../run/tables.ts';
import { BACKGROUND_FEATURES } from './background.ts';
import type { BackgroundScores } from './background-scores.ts';
import type { Comparison } from './compare.ts';
import type { PhotoEvaluation } from './evaluation.ts';

export function printEvaluation(evaluation: PhotoEvaluation): void {
  const { model, photos, macro, standardError, folders, others, unreadable, milliseconds } = evaluation;
  console.log(`model_name  ${model.name}`);
  console.log(
    `score       ${percent(macro)} ± ${(100 * standardError).toFixed(2)} (mean of the ${folders.length} folders’ shares, standard error)`,
  );
  console.log(`photos      ${photos}, ${unreadable.length} unreadable`);
  for (const { path, problem } of unreadable) console.log(`  ${path}: ${problem}`);
  const { decode, pipeline, inference } = milliseconds;
  console.log(
    `time        ${decode.toFixed(1)} ms decoding, ${pipeline.toFixed(1)} ms pipeline, ${inference.toFixed(1)} ms inference (medians per photo)\n`,
  );

  console.log(folderTable(evaluation));
  const confusion = folders.map(({ predictions }) => LABELS.map((label) => predictions[label] ?? 0));
  const names = folders.map(({ folder }) => folder);
  console.log(`\n${confusionTable(LABELS, confusion, names)}`);
  if (others.length > 0) console.log(`\nPictures of other things:\n${othersTable(evaluation)}`);
  console.log(`\nCoverage and accuracy by least score (photos weighted as in the score):`);
  console.log(coverageTable(evaluation));
  if (evaluation.backgrounds) console.log(`\n${backgroundTable(evaluation.backgrounds)}`);
  if (evaluation.compared) printComparison(evaluation.compared, macro);
}

const table = (head: string[], rows: (string | number)[][]): string => {
  const colAligns = head.map((_, i) => (i === 0 ? ('left' as const) : ('right' as const)));
  const drawn = new Table({ head, colAligns, style: { head: [], border: [], compact: true } });
  drawn.push(...rows);
  return drawn.toString();
};

function folderTable({ folders, results }: PhotoEvaluation): string {
  const labelsOf = (name: string) => results.find(({ folder }) => folder === name)?.labels.join(', ') ?? '';
  return table(
    ['folder', 'correct labels', 'photos', 'correct', 'share'],
    folders.map(({ folder, photos, right, share }) => [
      folder,
      labelsOf(folder),
      photos,
      right,
      percent(share, 1),
    ]),
  );
}

const othersTable = ({ others }: PhotoEvaluation): string =>
  table(
    ['folder', 'pictures', 'declined', 'share'],
    others.map(({ folder, photos, declined, share }) => [folder, photos, declined, percent(share, 1)]),
  );

const coverageTable = ({ coverage, others }: PhotoEvaluation): string =>
  table(
    ['least score', 'coverage', 'accuracy', ...(others.length > 0 ? ['other things declined'] : [])],
    coverage.map(({ leastScore, coverage, accuracy, declined }) => [
      leastScore.toFixed(2),
      percent(coverage, 1),
      Number.isNaN(accuracy) ? '–' : percent(accuracy, 1),
      ...(declined === undefined ? [] : [percent(declined, 1)]),
    ]),
  );

function backgroundTable({ groups, mean, sd, min, max }: BackgroundScores): string {
  const rows = groups.map(({ photos, look, share }, i) => [
    String(i),
    photos,
    ...look.map((value) => value.toFixed(1)),
    percent(share, 1),
  ]);
  const spread = `mean ${percent(mean, 1)}, sd ${(100 * sd).toFixed(1)}, min ${percent(min, 1)}, max ${percent(max, 1)}`;
  return `${table(['background', 'photos', ...BACKGROUND_FEATURES, 'score'], rows)}\nscore by background: ${spread}`;
}

function printComparison({ macro: before, mended, broken }: Comparison, after: number): void {
  const points = 100 * (after - before);
  console.log(
    `\n${points >= 0 ? '+' : ''}${points.toFixed(2)} points from ${percent(before)}: ${mended.length} fixed, ${broken.length} broken`,
  );
  for (const [word, changes] of Object.entries({ fixed: mended, broken })) {
    for (const { photo, before, after } of changes) console.log(`  ${word} ${photo}: ${before} → ${after}`);
  }
}

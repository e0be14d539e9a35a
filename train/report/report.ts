/** @file `report`: writes an HTML page about a run, and its figures as SVG files. */
import { join } from 'node:path';
import { ExplainedError } from '#shared/errors.ts';
import { DESCRIPTION } from '../dataset/fashion-mnist/description.ts';
import { openDataset } from '../dataset/open.ts';
import { take } from '../dataset/split.ts';
import { writeFileAtomic } from '../files.ts';
import { count } from '../format.ts';
import { mistakes, predictAll, sample } from '../release/predictions.ts';
import { type CompleteRelease, readRelease } from '../release/release.ts';
import { datasetPrinter } from '../run/progress.ts';
import { decodeSafetensors } from '../safetensors.ts';
import { type Figure, svgFile } from './figure.ts';
import { accuracyByTime, comparison } from './figures/comparison.ts';
import { confusionMatrix } from './figures/confusion-matrix.ts';
import { coverageFigure } from './figures/coverage.ts';
import { channelFilters, convolutions, imageFilters } from './figures/filters.ts';
import { accuracyCurves, lossCurves } from './figures/learning-curves.ts';
import { isCalibrated, reliabilityDiagram } from './figures/reliability.ts';
import { testImages } from './figures/test-images.ts';
import { type Figures, page } from './page.ts';
import { newestRun, type Results, readResults } from './results.ts';

const SAMPLES = 16;
const MISTAKES = 16;

interface ReportOptions {
  /** Folder of the run; the newest in `runs/` when undefined. */
  run?: string;
  /** Folder of the data set, if it is in another place than on the machine of the run. */
  data?: string;
  /** Folder of the page; `<run>/report` when undefined. */
  out?: string;
}

/**
 * Writes `index.html` and its figures, from the results so far. Prints the path of the page.
 * @throws ExplainedError of kind `usage` when the folder is not a run folder
 */
export async function report({ run, data, out: given }: ReportOptions): Promise<void> {
  const folder = run ?? (await newestRun());
  if (run === undefined) console.log(`Run folder: ${folder}, the newest`);
  const results = await readResults(folder);
  const missing = [...results.missing];
  const figures = await draw(results, data, missing);
  const out = given ?? join(folder, 'report');
  for (const figure of allOf(figures)) {
    await writeFileAtomic(join(out, `${figure.name}.svg`), svgFile(figure));
  }
  const path = join(out, 'index.html');
  await writeFileAtomic(path, page(results, figures, missing));
  for (const sentence of missing) console.log(sentence);
  console.log(`Report: ${path}`);
}

/** Draws the figures. Adds a sentence to `missing` for each part that cannot be drawn. */
async function draw(results: Results, data: string | undefined, missing: string[]): Promise<Figures> {
  const { models, best, metrics, epochs } = results;
  const figures: Figures = { comparison: [], curves: [], confusion: new Map(), reliability: [], filters: [] };
  if (epochs.length > 0 || metrics.length > 0) figures.curves.push(await lossCurves(results));
  if (epochs.length > 0) figures.curves.push(await accuracyCurves(results));
  if (!best) return figures;

  if (models.length > 1) figures.comparison.push(await comparison(models), await accuracyByTime(models));
  for (const model of models) figures.confusion.set(model, await confusionMatrix(model));
  for (const model of models.filter(isCalibrated)) figures.reliability.push(await reliabilityDiagram(model));

  const releases = await readReleases(results, missing);
  const release = releases.get(best.name);
  if (release) {
    await orMissing('predictions of test images', missing, async () => {
      Object.assign(figures, await drawPredictions(best.name, release, results, data));
    });
  }
  for (const { files } of releases.values()) {
    const [first, ...others] = convolutions(decodeSafetensors(files.safetensors).tensors);
    if (first) figures.filters.push(imageFilters(first), ...others.map(channelFilters));
  }
  return figures;
}

/** Runs `work`. When it throws an ExplainedError, adds the reason to `missing`. */
async function orMissing(what: string, missing: string[], work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (!(error instanceof ExplainedError)) throw error;
    missing.push(`No ${what}: ${error.message}`);
  }
}

/** Reads the releases of the finished models by name. */
async function readReleases(
  { folder, models }: Results,
  missing: string[],
): Promise<Map<string, CompleteRelease>> {
  const releases = new Map<string, CompleteRelease>();
  for (const { name, onnx } of models) {
    await orMissing(`release of ${name}`, missing, async () => {
      releases.set(name, await readRelease(join(folder, onnx.path)));
    });
  }
  return releases;
}

/** Draws the figures that need the test images. */
async function drawPredictions(
  name: string,
  release: CompleteRelease,
  { summary, settings }: Results,
  data: string | undefined,
): Promise<Pick<Figures, 'coverage' | 'samples' | 'mistakes'>> {
  // Fashion-MNIST can be in another place than on the machine of the run.
  const own = summary.data === DESCRIPTION.name ? {} : settings;
  const opened = { ...own, ...(data !== undefined && { data }) };
  const { test, shape } = await openDataset(opened, datasetPrinter());
  const meaning = { labels: summary.classes, shape };
  const predictions = await predictAll(release, take(test, summary.images.test));
  const wrong = mistakes(predictions);
  return {
    coverage: await coverageFigure({ ...release.manifest, name }, predictions),
    samples: testImages(
      { name: 'samples', title: 'Random test images', subtitle: `drawn with seed ${summary.seed}` },
      sample(predictions, SAMPLES, summary.seed),
      meaning,
    ),
    mistakes: testImages(
      {
        name: 'mistakes',
        title: 'Mistakes with the highest scores',
        subtitle: `of ${count(wrong.length)} mistakes of ${name} on ${count(predictions.length)} test images`,
      },
      wrong.slice(0, MISTAKES),
      meaning,
    ),
  };
}

const allOf = ({
  comparison,
  curves,
  confusion,
  reliability,
  coverage,
  samples,
  mistakes,
  filters,
}: Figures): Figure[] =>
  [
    ...comparison,
    ...curves,
    ...confusion.values(),
    ...reliability,
    coverage,
    samples,
    mistakes,
    ...filters,
  ].filter((figure) => figure !== undefined);

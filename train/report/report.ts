/** @file `report`: a run folder as a page to look at, and its pictures as SVG files. */
import { join } from 'node:path';
import { ExplainedError } from '#shared/errors.ts';
import { loadDataset } from '../dataset/fashion-mnist/load.ts';
import { take } from '../dataset/split.ts';
import { writeFileAtomic } from '../files.ts';
import { count } from '../format.ts';
import { type Release, readRelease } from '../release/release.ts';
import { downloadPrinter } from '../run/progress.ts';
import { decodeSafetensors } from '../safetensors.ts';
import { type Pictures, page } from './page.ts';
import { type Picture, svgFile } from './picture.ts';
import { comparison, worth } from './pictures/comparison.ts';
import { confusionMatrix } from './pictures/confusion.ts';
import { coveragePicture } from './pictures/coverage.ts';
import { accuracyCurves, lossCurves } from './pictures/curves.ts';
import { channelFilters, convolutions, imageFilters } from './pictures/filters.ts';
import { garments } from './pictures/garments.ts';
import { isCalibrated, reliabilityDiagram } from './pictures/reliability.ts';
import { mistakes, predictAll, sample } from './predict.ts';
import { newestRun, type Results, readResults } from './results.ts';

const SAMPLES = 16;
const MISTAKES = 16;

/**
 * Writes `<run>/report/index.html` and its pictures beside it, of what the run holds so far, and prints its path.
 * @param run folder; the newest in `runs/` when undefined
 * @throws ExplainedError of kind `usage` when the folder is none of a run
 */
export async function report({ run, data }: { run?: string; data?: string }): Promise<void> {
  const folder = run ?? (await newestRun());
  if (run === undefined) console.log(`Run folder: ${folder}, the newest`);
  const results = await readResults(folder);
  const missing = [...results.missing];
  const pictures = await draw(results, data, missing);
  const out = join(folder, 'report');
  for (const picture of allOf(pictures)) {
    await writeFileAtomic(join(out, `${picture.name}.svg`), svgFile(picture));
  }
  const path = join(out, 'index.html');
  await writeFileAtomic(path, page(results, pictures, missing));
  for (const sentence of missing) console.log(sentence);
  console.log(`Report: ${path}`);
}

/** Draws what can be drawn, and adds to `missing` what cannot. */
async function draw(results: Results, data: string | undefined, missing: string[]): Promise<Pictures> {
  const { folder, models, best, metrics, epochs, summary } = results;
  const pictures: Pictures = {
    comparison: [],
    curves: [],
    confusion: new Map(),
    reliability: [],
    filters: [],
  };
  if (epochs.length > 0 || metrics.length > 0) pictures.curves.push(await lossCurves(results));
  if (epochs.length > 0) pictures.curves.push(await accuracyCurves(results));
  if (!best) return pictures;

  pictures.comparison.push(await comparison(models), await worth(models));
  for (const model of models) pictures.confusion.set(model, await confusionMatrix(model));
  for (const model of models.filter(isCalibrated)) pictures.reliability.push(await reliabilityDiagram(model));

  /** Does `work`; what it needs and cannot have leaves a gap in the report. */
  const attempt = async (what: string, work: () => Promise<void>) => {
    try {
      await work();
    } catch (error) {
      if (!(error instanceof ExplainedError)) throw error;
      missing.push(`Without ${what}: ${error.message}`);
    }
  };
  const releases = new Map<string, Release>();
  for (const { name, onnx } of models) {
    await attempt(`the files of ${name}`, async () => {
      releases.set(name, await readRelease(join(folder, onnx.path)));
    });
  }
  const release = releases.get(best.name);
  if (release) {
    await attempt('test images', async () => {
      const { test } = await loadDataset({ folder: data, onProgress: downloadPrinter() });
      const judgements = await predictAll(release, take(test, summary.images.test));
      pictures.coverage = await coveragePicture(best.name, judgements);
      Object.assign(pictures, garmentPictures(best.name, judgements, summary.seed));
    });
  }
  for (const { files } of releases.values()) {
    const [first, ...others] = convolutions(decodeSafetensors(files.safetensors).tensors);
    if (first) pictures.filters.push(imageFilters(first), ...others.map(channelFilters));
  }
  return pictures;
}

function garmentPictures(
  name: string,
  judgements: Awaited<ReturnType<typeof predictAll>>,
  seed: number,
): Pick<Pictures, 'samples' | 'mistakes'> {
  const wrong = mistakes(judgements);
  return {
    samples: garments(
      { name: 'samples', title: 'Test images drawn at random', subtitle: `by seed ${seed}` },
      sample(judgements, SAMPLES, seed),
    ),
    mistakes: garments(
      {
        name: 'mistakes',
        title: 'The surest mistakes',
        subtitle: `of ${count(wrong.length)} that ${name} makes on ${count(judgements.length)} test images`,
      },
      wrong.slice(0, MISTAKES),
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
}: Pictures): Picture[] =>
  [
    ...comparison,
    ...curves,
    ...confusion.values(),
    ...reliability,
    coverage,
    samples,
    mistakes,
    ...filters,
  ].filter((picture) => picture !== undefined);

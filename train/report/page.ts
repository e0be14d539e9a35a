/** @file Renders the report as one HTML page without scripts or requests. */
import { count, list } from '../format.ts';
import { figureElement, figureGrid, row, section, table } from './elements.ts';
import {
  classRows,
  comparisonNote,
  comparisonRows,
  conclusion,
  imageCounts,
  meanScores,
  runDetails,
} from './facts.ts';
import type { Figure } from './figure.ts';
import { confusions } from './figures/confusion-matrix.ts';
import { type Markup, markup, raw } from './markup.ts';
import { type EpochResult, evaluatedOn, evaluationOf, type ModelResults, type Results } from './results.ts';
import { selfContainedPage } from './self-contained-page.ts';
import { PAGE_STYLE } from './style.ts';
import { percent } from './unbroken.ts';

/** The figures by their section. Figures that could not be drawn are missing. */
export interface Figures {
  comparison: Figure[];
  curves: Figure[];
  confusion: Map<ModelResults, Figure>;
  reliability: Figure[];
  coverage?: Figure;
  samples?: Figure;
  mistakes?: Figure;
  filters: Figure[];
}

/**
 * Returns the page, which is valid XML, too.
 * @param missing sentences that name what the report lacks
 */
export function page(results: Results, figures: Figures, missing: readonly string[]): string {
  const { name, summary, models } = results;
  const title = `Report of ${name}`;
  const body = markup`<header>
<h1>${title}</h1>
<p>${list(models.map((model) => model.name)) || 'No finished model'} on ${summary.data}: ${imageCounts(summary)}, ${summary.epochs}\u00a0${summary.epochs === 1 ? 'epoch' : 'epochs'}, seed\u00a0${summary.seed}.</p>
</header>
<main>
${missing.length > 0 && markup`<section class="missing" aria-labelledby="missing"><h2 id="missing">Missing from this report</h2><ul>${missing.map((sentence) => markup`<li>${sentence}</li>`)}</ul></section>`}
${sections(results, figures)}
${section('Run details', markup`<dl>${runDetails(results).map(([term, value]) => markup`<dt>${term}</dt><dd>${value}</dd>`)}</dl>`)}
</main>
<footer><p>Each figure is also an SVG file beside this page.</p></footer>`;
  return selfContainedPage(title, PAGE_STYLE, body);
}

/** Renders the sections that have content. */
function sections({ summary, models, best, epochs }: Results, figures: Figures): unknown[] {
  const { comparison, curves, confusion, reliability, coverage, samples, mistakes, filters } = figures;
  const images = [samples, mistakes].filter((figure) => figure !== undefined);
  return [
    best &&
      section(
        models.length > 1 ? 'Comparison of the models' : `Result of ${best.name}`,
        markup`<p class="conclusion">${conclusion(models)}</p>${comparisonTable(models, best, summary.select)}<p class="note">${comparisonNote(best, summary)}</p>${figureGrid(comparison)}`,
      ),
    curves.length > 0 && section('Learning curves', markup`${figureGrid(curves)}${epochTable(epochs)}`),
    best &&
      section(`Classes of ${best.name}`, markup`${classTable(best)}<p class="note">${meanScores(best)}</p>`),
    models.length > 0 &&
      section(
        'Confusion matrices',
        markup`<p>The blue diagonal counts correct predictions. Orange cells count mistakes; their colour deepens with the share of the label’s images.</p>
<div class="figures">${[...confusion].map(([model, figure]) => figureElement(figure, confusionCaption(model)))}</div>`,
      ),
    reliability.length > 0 &&
      section(
        'Calibration',
        markup`<p>Of all images with a score of 80\u00a0%, eight in ten should be correct. Marks below the diagonal show overconfidence. Calibration divides the logits by a temperature, which is fitted to images outside the training set. The size of a mark grows with its number of images.</p>${figureGrid(reliability)}`,
      ),
    coverage &&
      section(
        'Declining to answer',
        markup`<p>A classifier that declines to answer at low scores is correct more often on the rest. Below the mark, the service returns <code>low-score</code> with its predictions.</p>${figureGrid([coverage])}`,
      ),
    best &&
      images.length > 0 &&
      section(
        `Predictions of ${best.name}`,
        markup`<p>Below each image: its label, the prediction with a tick or a cross, and the score of the prediction.</p>${figureGrid(images)}`,
      ),
    filters.length > 0 &&
      section(
        'Learned filters',
        markup`<p>Each square is the weight of a filter for one pixel of its neighbourhood. Blue is positive, orange negative; a weight near zero shows the background.</p>${figureGrid(filters)}`,
      ),
  ];
}

function comparisonTable(models: readonly ModelResults[], best: ModelResults, select: string): Markup {
  const { head, rows } = comparisonRows(models);
  const marked = rows.map(({ model, cells }) =>
    row(model.name, cells, raw(model === best ? ' class="best"' : '')),
  );
  const epoch = select === 'best' ? 'of the best epoch' : 'after the last epoch';
  return table(`Results ${epoch}`, ['model', ...head], marked);
}

function classTable(model: ModelResults): Markup {
  const { head, rows } = classRows(model);
  return table(
    `Test images of ${model.name} by class`,
    ['class', ...head],
    rows.map(({ name, cells }) => row(name, cells)),
  );
}

function epochTable(epochs: readonly EpochResult[]): Markup {
  const evaluated = evaluatedOn(epochs);
  const head = ['model', 'epoch', 'training loss', `${evaluated} loss`, `${evaluated} accuracy`];
  const rows = epochs.map((result) => {
    const { loss, accuracy } = evaluationOf(result);
    return row(result.model, [
      ...[String(result.epoch), result.trainLoss.toFixed(5)],
      ...[loss.toFixed(5), percent(accuracy)],
    ]);
  });
  return markup`<details><summary>Table of all epochs</summary>${table('Results after each epoch', head, rows)}</details>`;
}

function confusionCaption(model: ModelResults): Markup {
  const worst = confusions(model).slice(0, 3);
  const sentence = worst.map(
    ({ label, prediction, images }) => `${label} as ${prediction} (${count(images)})`,
  );
  const rows = model.confusion.map((images, label) => row(model.labels[label], images.map(count)));
  return markup`${worst.length > 0 && `The most frequent mistakes of ${model.name}: ${list(sentence)}. `}<details><summary>Table</summary>${table(`${model.name}: rows label, columns prediction`, ['label', ...model.labels], rows)}</details>`;
}

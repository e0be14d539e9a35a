/** @file The report as one HTML page: no script, nothing loaded from anywhere. */
import { LABELS } from '#shared/labels.ts';
import { count, list, percent } from '../format.ts';
import { comparisonRows, facts, uncertainty, verdict } from './facts.ts';
import { type Markup, markup, raw } from './markup.ts';
import { inlineSvg, type Picture } from './picture.ts';
import { confusions } from './pictures/confusion.ts';
import type { EpochResult, ModelResults, Results } from './results.ts';
import { PAGE_STYLE } from './style.ts';

/** The pictures by their place in the page; those that could not be drawn are not there. */
export interface Pictures {
  comparison: Picture[];
  curves: Picture[];
  confusion: Map<ModelResults, Picture>;
  reliability: Picture[];
  coverage?: Picture;
  samples?: Picture;
  mistakes?: Picture;
  filters: Picture[];
}

/** Refuses whatever a file's text might try: the page runs no script and asks no server. */
const POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:";

/**
 * The page as text, which is XML too.
 * @param missing sentences on what is not in it
 */
export function page(results: Results, pictures: Pictures, missing: readonly string[]): string {
  const { name, summary, models, best } = results;
  const title = `Report of ${name}`;
  return `<!doctype html>\n${markup`<html lang="en">
<head>
<meta charset="utf-8"/>
<meta name="viewport" content="width=device-width, initial-scale=1"/>
<meta name="color-scheme" content="light dark"/>
<meta http-equiv="Content-Security-Policy" content="${POLICY}"/>
<title>${title}</title>
<style>
${raw(PAGE_STYLE)}
</style>
</head>
<body>
<header>
<h1>${title}</h1>
<p>${list(models.map((model) => model.name)) || 'No model yet'} on Fashion-MNIST: ${count(summary.images.train)} images to learn from, ${count(summary.images.test)} to be tested on, ${summary.epochs}\u00a0${summary.epochs === 1 ? 'epoch' : 'epochs'}, seed\u00a0${summary.seed}.</p>
</header>
<main>
${missing.length > 0 && markup`<section class="missing" aria-labelledby="missing"><h2 id="missing">Not in this report</h2><ul>${missing.map((sentence) => markup`<li>${sentence}</li>`)}</ul></section>`}
${
  best &&
  section(
    'Which model is best, and is it worth its time?',
    markup`<p class="verdict">${verdict(models)}</p>${comparisonTable(models, best)}<p class="note">${uncertainty(best)}</p>${figures(pictures.comparison)}`,
  )
}
${pictures.curves.length > 0 && section('How they learned', markup`${figures(pictures.curves)}${epochTable(results.epochs)}`)}
${
  models.length > 0 &&
  section(
    'What they take for what',
    markup`<p>In the blue diagonal are the images that were classified correctly; orange are those that were not, the stronger the more of a label’s images.</p>
<div class="pictures">${[...pictures.confusion].map(([model, picture]) => figure(picture, confusionCaption(model)))}</div>`,
  )
}
${
  pictures.reliability.length > 0 &&
  section(
    'How far their scores can be believed',
    markup`<p>Of the images with a score of 80\u00a0% eight in ten should be right: marks on the diagonal. Below it a model is surer than it is right. Calibration divides the logits by a temperature, fitted to images that were not trained on; a larger mark stands for more images.</p>${figures(pictures.reliability)}`,
  )
}
${
  pictures.coverage &&
  section(
    'When no answer is better than one',
    markup`<p>Whoever declines to answer where scores are low is right more often elsewhere. Below the marked score the service says \`low-score\` beside its answer.</p>${figures([pictures.coverage])}`,
  )
}
${
  best &&
  (pictures.samples || pictures.mistakes) &&
  section(
    `What ${best.name} says`,
    markup`<p>Below each image stands its label, then the model’s prediction with a tick or a cross, then the score that the model gives it.</p>${figures([pictures.samples, pictures.mistakes].filter((picture) => picture !== undefined))}`,
  )
}
${
  pictures.filters.length > 0 &&
  section(
    'What the convolutions have learned',
    markup`<p>Each square is a filter’s weight for one pixel of its neighbourhood: blue is positive, orange negative, and the background zero.</p>${figures(pictures.filters)}`,
  )
}
${section('Facts', markup`<dl>${facts(results).map(([term, value]) => markup`<dt>${term}</dt><dd>${value}</dd>`)}</dl>`)}
</main>
<footer><p>Every picture also lies beside this page as an SVG file.</p></footer>
</body>
</html>
`}`;
}

const section = (title: string, content: Markup): Markup =>
  markup`<section><h2>${title}</h2>${content}</section>`;

const figures = (pictures: readonly Picture[]): Markup =>
  markup`<div class="pictures pairs">${pictures.map((picture) => figure(picture))}</div>`;

const figure = (picture: Picture, caption?: Markup): Markup =>
  markup`<figure>${inlineSvg(picture)}${caption && markup`<figcaption>${caption}</figcaption>`}</figure>`;

/** A table that can be scrolled sideways where it does not fit. */
const table = (caption: string, head: readonly string[], rows: readonly Markup[]): Markup =>
  markup`<div class="scroll" role="region" aria-label="${caption}" tabindex="0"><table><caption>${caption}</caption>
<thead><tr>${head.map((title) => markup`<th scope="col">${title}</th>`)}</tr></thead>
<tbody>${rows}</tbody></table></div>`;

const row = (head: string, cells: readonly string[], attributes = raw('')): Markup =>
  markup`<tr${attributes}><th scope="row">${head}</th>${cells.map((cell) => markup`<td>${cell}</td>`)}</tr>`;

function comparisonTable(models: readonly ModelResults[], best: ModelResults): Markup {
  const { head, rows } = comparisonRows(models);
  const marked = rows.map(({ model, cells }) =>
    row(model.name, cells, raw(model === best ? ' class="best"' : '')),
  );
  return table('After the last epoch', ['model', ...head], marked);
}

function epochTable(epochs: readonly EpochResult[]): Markup {
  const head = ['model', 'epoch', 'training loss', 'test loss', 'test accuracy'];
  const rows = epochs.map(({ model, epoch, trainLoss, testLoss, testAccuracy }) =>
    row(model, [String(epoch), trainLoss.toFixed(5), testLoss.toFixed(5), percent(testAccuracy)]),
  );
  return markup`<details><summary>The numbers by epoch</summary>${table('After each epoch', head, rows)}</details>`;
}

function confusionCaption(model: ModelResults): Markup {
  const worst = confusions(model).slice(0, 3);
  const sentence = worst.map(
    ({ label, prediction, images }) => `${label} for ${prediction} (${count(images)})`,
  );
  const rows = model.confusion.map((images, label) => row(LABELS[label], images.map(count)));
  return markup`${worst.length > 0 && `Most often ${model.name} takes ${list(sentence)}. `}<details><summary>The numbers</summary>${table(`${model.name}: rows label, columns prediction`, ['label', ...LABELS], rows)}</details>`;
}

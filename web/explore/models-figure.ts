/** @file Figure 5: the lab's three models on the same picture, and how they learned. Loaded when it comes near. */
import type { LabRecords } from '#shared/lab-records.ts';
import { rankLabels } from '#shared/predictions.ts';
import { element, find, say } from '../dom.ts';
import { percent } from '../percent.ts';
import { accuracyChart, drawChart, lossChart } from './curves.ts';
import type { Explorer } from './explorer.ts';
import { activationsOf, get, loadModel, type Model } from './model.ts';

const NAMES = ['v0', 'v1', 'tinyvgg'] as const;

const KINDS: Record<string, string> = { v0: 'linear', v1: 'with a ReLU', tinyvgg: 'convolutional' };

/** Answers shown of each model. */
const TOP = 3;

export function modelsFigure(explorer: Explorer): void {
  const section = find('#models', HTMLElement);
  let shown: ReturnType<typeof modelColumn>[] | undefined;
  let isLoading = false;
  explorer.watch(section, ['picture'], () => {
    for (const column of shown ?? []) column.show(explorer.picture.image);
    if (shown || isLoading) return;
    isLoading = true;
    load().then(
      (columns) => {
        shown = columns;
        for (const column of shown) column.show(explorer.picture.image);
      },
      (error: Error) => {
        isLoading = false;
        find('#model-answers', HTMLElement).replaceChildren(
          element('p', { className: 'problem', role: 'alert' }, error.message),
        );
      },
    );
  });
}

async function load() {
  const [records, ...models] = await Promise.all([
    get('/release/lab/records.json').then((response) => response.json() as Promise<LabRecords>),
    ...NAMES.map((name) => loadModel(`/release/lab/${name}`)),
  ]);
  find('#loss-curve', HTMLElement).replaceChildren(drawChart(lossChart(records)));
  find('#accuracy-curve', HTMLElement).replaceChildren(drawChart(accuracyChart(records)));
  writeTable(records);
  const columns = models.map(modelColumn);
  find('#model-answers', HTMLElement).replaceChildren(...columns.map(({ where }) => where));
  return columns;
}

function modelColumn(model: Model) {
  const { name, parameters, metrics } = model.manifest;
  const lines = Array.from({ length: TOP }, () => ({
    label: element('span'),
    bar: element('i'),
    score: element('b'),
  }));
  const where = element(
    'section',
    { className: `model line-${name}`, 'aria-label': name },
    element('h3', {}, name, element('small', {}, KINDS[name] ?? '')),
    element(
      'p',
      { className: 'note' },
      `${parameters.toLocaleString('en')} parameters, ${percent(metrics.testAccuracy)} of the test images`,
    ),
    element(
      'ol',
      {},
      ...lines.map(({ label, bar, score }) =>
        element('li', {}, label, element('span', { className: 'bar' }, bar), score),
      ),
    ),
  );
  return {
    where,
    show(image: Uint8Array): void {
      const logits = activationsOf(model, image).at(-1) as Float32Array;
      for (const [i, { label, score }] of rankLabels(logits, model.manifest).slice(0, TOP).entries()) {
        say(lines[i].label, label);
        say(lines[i].score, percent(score));
        lines[i].bar.style.width = `${100 * score}%`;
      }
    },
  };
}

function writeTable({ models }: LabRecords): void {
  const head = ['model', 'epoch', 'training loss', 'test loss', 'test accuracy'].map((text) =>
    element('th', { scope: 'col' }, text),
  );
  const body = Object.entries(models).flatMap(([name, { epochs }]) =>
    epochs.map(({ trainLoss, testLoss, testAccuracy }, i) =>
      element(
        'tr',
        {},
        ...[name, `${i + 1}`, trainLoss.toFixed(5), testLoss.toFixed(5), percent(testAccuracy)].map((text) =>
          element('td', {}, text),
        ),
      ),
    ),
  );
  find('#records', HTMLTableElement).replaceChildren(
    element('caption', {}, 'Three epochs of the recipe lab, on all 60,000 images'),
    element('thead', {}, element('tr', {}, ...head)),
    element('tbody', {}, ...body),
  );
}

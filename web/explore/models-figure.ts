/** @file Figure 5: the predictions of the lab's three models for the image, and their training curves. It loads when it comes into view. */
import type { LabRecords } from '#shared/lab-records.ts';
import { rankLabels } from '#shared/predictions.ts';
import { element, find, setText } from '../dom.ts';
import { percent } from '../percent.ts';
import type { Explorer } from './explorer.ts';
import { activationsOf, fetchOk, loadModel, type Model, modelFacts, modelTitle } from './model.ts';
import { accuracyChart, drawChart, lossChart } from './training-curves.ts';

const NAMES = ['v0', 'v1', 'tinyvgg'] as const;

const KINDS: Record<string, string> = { v0: 'linear', v1: 'one ReLU', tinyvgg: 'convolutional' };

/** Number of predictions shown per model. */
const TOP = 3;

export function modelsFigure(explorer: Explorer): void {
  const section = find('#models');
  let columns: ModelColumn[] | undefined;
  let isLoading = false;
  explorer.watch(section, ['picture'], () => {
    for (const column of columns ?? []) column.show(explorer.picture.image);
    if (columns || isLoading) return;
    isLoading = true;
    load().then(
      (loaded) => {
        columns = loaded;
        for (const column of columns) column.show(explorer.picture.image);
      },
      (error: Error) => {
        isLoading = false;
        find('#model-predictions').replaceChildren(
          element('p', { className: 'problem', role: 'alert' }, error.message),
        );
      },
    );
  });
}

/** Loads models and records, and fills the figure. */
async function load(): Promise<ModelColumn[]> {
  const [records, ...models] = await Promise.all([
    fetchOk('/release/lab/records.json').then((response) => response.json() as Promise<LabRecords>),
    ...NAMES.map((name) => loadModel(`/release/lab/${name}`)),
  ]);
  find('#loss-curve').replaceChildren(drawChart(lossChart(records)));
  find('#accuracy-curve').replaceChildren(drawChart(accuracyChart(records)));
  writeTable(records);
  const columns = models.map((model) => modelColumn(model, records));
  find('#model-predictions').replaceChildren(...columns.map(({ element }) => element));
  return columns;
}

interface ModelColumn {
  element: HTMLElement;
  /** Shows the model's predictions for an image of 28 × 28 bytes. */
  show(image: Uint8Array): void;
}

function modelColumn(model: Model, { models }: LabRecords): ModelColumn {
  const { name } = model.manifest;
  const { seconds, printed } = models[name];
  const title = modelTitle(model.manifest);
  const lines = Array.from({ length: TOP }, () => ({
    label: element('span'),
    bar: element('i'),
    score: element('b'),
  }));
  const column = element(
    'section',
    { className: `model line-${name}`, 'aria-label': title },
    element('h3', {}, title, element('small', {}, KINDS[name] ?? '')),
    element(
      'p',
      { className: 'note' },
      `${modelFacts(model.manifest)}, trained in ${seconds.toFixed(1)}\u00a0s`,
    ),
    element(
      'ol',
      {},
      ...lines.map(({ label, bar, score }) =>
        element('li', {}, label, element('span', { className: 'bar' }, bar), score),
      ),
    ),
    element(
      'details',
      {},
      element('summary', {}, 'print(model)'),
      element('pre', { className: 'scroll', tabIndex: 0 }, printed),
    ),
  );
  return {
    element: column,
    show(image: Uint8Array): void {
      const logits = activationsOf(model, image).at(-1) as Float32Array;
      for (const [i, { label, score }] of rankLabels(logits, model.manifest).slice(0, TOP).entries()) {
        setText(lines[i].label, label);
        setText(lines[i].score, percent(score));
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
    element('caption', {}, 'Each epoch of the recipe “lab”'),
    element('thead', {}, element('tr', {}, ...head)),
    element('tbody', {}, ...body),
  );
}

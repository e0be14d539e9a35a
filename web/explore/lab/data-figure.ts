/** @file The figure of the training set: its classes and batches, and images that a seed selects. */
import { IMAGE_PIXELS, IMAGE_SIZE } from '#shared/input/garment/size.ts';
import type { LabRecords } from '#shared/lab-records.ts';
import { GRID, sampleIndices } from '#shared/lab-samples.ts';
import { grey } from '../../canvas/colour.ts';
import { paint } from '../../canvas/draw-plane.ts';
import { element, setText } from '../../dom.ts';
import { pixelsOf } from '../../picture/pixels.ts';
import type { Explorer } from '../explorer.ts';
import { fetchOk } from '../model.ts';
import { OWN } from '../source-picture.ts';
import { paragraph, seedField } from './parts.ts';

type Data = LabRecords['data'];

export function dataFigure(explorer: Explorer, container: HTMLElement): void {
  let data: Data | undefined;
  /** The seed whose images are shown or loaded. */
  let shown: number | undefined;
  const problem = element('p', { className: 'problem', role: 'alert', hidden: true });
  container.replaceChildren(problem);

  async function draw(): Promise<void> {
    const { sample } = explorer.state;
    if (sample === shown) return;
    shown = sample;
    try {
      data ??= await begin(explorer, container, problem);
      await showSamples(explorer, container, data, sample, () => sample === shown);
      problem.hidden = true;
    } catch (error) {
      if (sample !== shown) return;
      shown = undefined;
      problem.hidden = false;
      setText(problem, (error as Error).message);
    }
  }
  explorer.watch(container, ['sample'], draw);
}

/** Loads the records, and fills the figure but for the images. */
async function begin(explorer: Explorer, container: HTMLElement, problem: HTMLElement): Promise<Data> {
  const { data } = (await (await fetchOk('/release/lab/records.json')).json()) as LabRecords;
  const seed = seedField(
    data.samples.length - 1,
    () => explorer.state.sample,
    (sample) => explorer.change({ sample }),
  );
  const samples = element('div', { className: 'samples', role: 'group', 'aria-label': 'Training images' });
  container.replaceChildren(
    paragraph(
      `The three models were trained on Fashion-MNIST. The table has its ${data.classes.length} classes. The images are those that the lab shows: training images that the seed selects. Select one to see it in all figures of this page.`,
    ),
    element(
      'div',
      { className: 'figure' },
      element('dl', { className: 'facts' }, ...factsOf(data)),
      element(
        'div',
        { className: 'panels lab-panels' },
        element(
          'div',
          { className: 'scroll', tabIndex: 0, role: 'region', 'aria-label': 'Classes' },
          classTable(data),
        ),
        element(
          'div',
          { className: 'arithmetic' },
          element('div', { className: 'controls' }, ...seed.elements),
          samples,
          element('pre', { id: 'sample-code' }),
          problem,
        ),
      ),
    ),
  );
  explorer.watch(samples, ['sample'], seed.show);
  return data;
}

function factsOf({ classes, batchSize }: Data): HTMLElement[] {
  const sum = (part: 'train' | 'test') => classes.reduce((total, each) => total + each[part], 0);
  const [train, test] = [sum('train'), sum('test')];
  const batches = (count: number) => Math.ceil(count / batchSize);
  const shape = `[1, ${IMAGE_SIZE}, ${IMAGE_SIZE}]`;
  const facts = [
    [
      'train_data',
      `${train.toLocaleString('en')} images`,
      `len(train_dataloader) is ${batches(train)}: batches of ${batchSize}, shuffled in each epoch`,
    ],
    [
      'test_data',
      `${test.toLocaleString('en')} images`,
      `len(test_dataloader) is ${batches(test)}: batches of ${batchSize}, the last of ${test % batchSize || batchSize}`,
    ],
    [
      'shape of an image',
      shape,
      `shape of a batch: [${batchSize}, 1, ${IMAGE_SIZE}, ${IMAGE_SIZE}], and its labels: [${batchSize}]`,
    ],
  ];
  return facts.map(([name, value, note]) =>
    element(
      'div',
      {},
      element('dt', {}, name),
      element('dd', {}, value),
      element('dd', { className: 'note' }, note),
    ),
  );
}

function classTable({ classes }: Data): HTMLElement {
  const head = ['label', 'class', 'training images', 'test images'];
  return element(
    'table',
    { className: 'classes' },
    element('caption', { className: 'hidden' }, 'The classes and their numbers of images'),
    element('thead', {}, element('tr', {}, ...head.map((text) => element('th', { scope: 'col' }, text)))),
    element(
      'tbody',
      {},
      ...classes.map(({ name, train, test }, label) =>
        element(
          'tr',
          {},
          element('td', {}, `${label}`),
          element('th', { scope: 'row' }, name),
          ...[train, test].map((count) => element('td', {}, count.toLocaleString('en'))),
        ),
      ),
    ),
  );
}

/** Loads and shows the images of a seed. @param isCurrent returns false once another seed is selected */
async function showSamples(
  explorer: Explorer,
  container: HTMLElement,
  { classes, samples }: Data,
  seed: number,
  isCurrent: () => boolean,
): Promise<void> {
  const total = classes.reduce((sum, { train }) => sum + train, 0);
  const pixels = await pixelsOf(await (await fetchOk(`/release/lab/samples/${seed}.png`)).blob());
  if (!isCurrent()) return;
  const indices = sampleIndices(seed, total);
  const buttons = indices.map((index, i) => {
    const { name } = classes[Number(samples[seed][i])];
    const image = Uint8Array.from({ length: IMAGE_PIXELS }, (_, p) => {
      const row = Math.floor(i / GRID) * IMAGE_SIZE + Math.floor(p / IMAGE_SIZE);
      const column = (i % GRID) * IMAGE_SIZE + (p % IMAGE_SIZE);
      return pixels.data[4 * (row * pixels.width + column)];
    });
    const canvas = element('canvas');
    paint(canvas, { height: IMAGE_SIZE, width: IMAGE_SIZE, data: Float32Array.from(image) }, grey(255));
    const button = element(
      'button',
      { type: 'button', title: `train_data[${index}]` },
      canvas,
      element('span', {}, name),
    );
    button.addEventListener('click', () =>
      explorer.setPicture({ name: OWN, image, shape: [1, IMAGE_SIZE, IMAGE_SIZE] }),
    );
    return button;
  });
  container.querySelector('.samples')?.replaceChildren(...buttons);
  const code = container.querySelector('#sample-code');
  if (code)
    setText(
      code,
      `torch.manual_seed(${seed})
torch.randint(0, len(train_data), size=[1])  # ${indices.slice(0, 2).join(', ')}, …`,
    );
}

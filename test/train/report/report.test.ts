/** @file `report`: a page that is valid XML, figures that show the numbers, and runs that are not complete. */
import { appendFile, mkdir, readdir, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { DOMParser, type Element, onErrorStopParsing } from '@xmldom/xmldom';
import { beforeAll, describe, expect, it } from 'vitest';
import { compileDecoder } from '#shared/decode/compile.ts';
import { IMAGE_PIXELS, LABELS } from '#shared/labels.ts';
import { LEAST_SCORE } from '../../../shared/abstention.ts';
import { resolveNetwork } from '../../../shared/model/spec.ts';
import { type Split, take } from '../../../train/dataset/split.ts';
import { sgd } from '../../../train/engine/optimizer.ts';
import { referenceEngine } from '../../../train/engine/reference.ts';
import { percent } from '../../../train/format.ts';
import { initialWeights } from '../../../train/model/initialize.ts';
import { MODEL_NAMES, type ModelName, modelSpec } from '../../../train/model/zoo.ts';
import { Generator } from '../../../train/random.ts';
import { makeRelease } from '../../../train/release/make-release.ts';
import { readRelease, writeRelease } from '../../../train/release/release.ts';
import { conclusion } from '../../../train/report/facts.ts';
import { coverageCurve } from '../../../train/report/figures/coverage.ts';
import { greyPng } from '../../../train/report/png.ts';
import { mistakes, predictAll, sample, type TestPrediction } from '../../../train/report/predict.ts';
import { report } from '../../../train/report/report.ts';
import { readResults } from '../../../train/report/results.ts';
import { COLOURS } from '../../../train/report/theme.ts';
import type { Summary } from '../../../train/run/summary.ts';
import { expectSuccess, runTrainer } from '../../support/command.ts';
import { dataFolder, describeWithData } from '../../support/data.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const NOWHERE = 'no-such-folder';
const noise = Generator.seeded(7);
const IMAGES = Uint8Array.from({ length: 64 * IMAGE_PIXELS }, () => noise.random() & 0xff);

/** Returns rows of 100 images: `right` are correct, and the others are predicted as the next class. */
const confusionOf = (right: number) =>
  LABELS.map((_, i) =>
    LABELS.map((_, j) => (i === j ? right : j === (i + 1) % LABELS.length ? 100 - right : 0)),
  );

const RESULTS = {
  v0: { testAccuracy: 0.83, testLoss: 0.5, trainSeconds: 1 },
  v1: { testAccuracy: 0.84, testLoss: 0.45, trainSeconds: 2 },
  tinyvgg: { testAccuracy: 0.88, testLoss: 0.35, trainSeconds: 40 },
};

/** Returns 15 bins that are empty but for the given ones. */
const binsOf = (...filled: [bin: number, images: number, accuracy: number, confidence: number][]) =>
  Array.from({ length: 15 }, (_, i) => {
    const [, images, accuracy, confidence] = filled.find(([bin]) => bin === i) ?? [i, 0, 0, 0];
    return { images, accuracy, confidence };
  });

/** Calibration of v0 and tinyvgg; v1 is not calibrated. */
const CALIBRATED = {
  calibration: {
    method: 'temperature',
    temperature: 1.25,
    heldOut: 640,
    ece: { before: 0.125, after: 0.025, bins: 15, images: 1000 },
  },
  reliability: {
    before: binsOf([7, 500, 0.4, 0.5], [14, 500, 0.8, 0.95]),
    after: binsOf([7, 500, 0.4, 0.425], [11, 500, 0.8, 0.775]),
  },
} as const;

/** Makes an untrained model with invented results. */
async function makeModel(name: ModelName) {
  const network = resolveNetwork(modelSpec(name));
  const { testAccuracy, testLoss, trainSeconds: seconds } = RESULTS[name];
  const weights = initialWeights(network, Generator.seeded(1));
  const last = { trainLoss: testLoss, testLoss, labAccuracy: 100 * testAccuracy, testAccuracy };
  const epochs = [{ ...last, testLoss: 2 * testLoss, testAccuracy: testAccuracy / 2 }, last];
  const trained = { network, weights, epochs, confusion: confusionOf(100 * testAccuracy), seconds };
  const training = { recipe: 'lab', seed: 42, epochs: 2, images: 6400, dataset: {}, gitCommit: null };
  const release = await makeRelease(trained, {
    engine: referenceEngine(),
    training,
    calibration: undefined,
    images: IMAGES,
  });
  return { ...trained, release };
}

/** Makes a run folder with untrained weights and invented results. */
async function makeRun(models: readonly ModelName[] = MODEL_NAMES, changes: Partial<Summary> = {}) {
  const folder = join(temporaryFolder(), 'run');
  const summary: Summary = {
    formatVersion: 1,
    recipe: 'lab',
    seed: 42,
    epochs: 2,
    batchSize: 32,
    optimizer: 'sgd',
    learningRate: 0.1,
    momentum: 0.9,
    weightDecay: 0,
    schedule: 'cosine',
    augmentation: 'photo-2',
    heldOut: 5000,
    device: { name: 'reference', description: 'plain loops' },
    images: { train: 6400, test: 1000 },
    dataset: { 't10k-images-idx3-ubyte.gz': 'bef4ecab320f06d8554ea6380940ec79' },
    gitCommit: 'a'.repeat(40),
    startedAt: '2025-01-31T12:34:56.789Z',
    models: {},
    ...changes,
  };
  const lines: object[] = [];
  for (const name of models) {
    const { epochs, confusion, seconds: trainSeconds, release } = await makeModel(name);
    await writeRelease(folder, release);
    const { version: sha256, bytes, parameters } = release.manifest;
    const onnx = { path: `${name}.onnx`, sha256, bytes };
    summary.models[name] = {
      ...{ parameters, epochs, confusion, trainSeconds, onnx },
      ...(name !== 'v1' && structuredClone(CALIBRATED)),
    };
    lines.push({ type: 'steps', model: `${name}-twin`, epoch: 0, step: 25, loss: 9, seconds: 1 });
    for (const [epoch, end] of epochs.entries()) {
      for (let step = 25; step <= 200; step += 25) {
        const at = 200 * epoch + step;
        lines.push({
          type: 'steps',
          model: name,
          epoch,
          step: at,
          loss: 2.3 / Math.sqrt(at / 25),
          seconds: at,
        });
      }
      lines.push({ type: 'epoch', model: name, epoch, step: 200 * (epoch + 1), ...end, seconds: 1 });
    }
  }
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'summary.json'), JSON.stringify(summary));
  await writeFile(join(folder, 'metrics.jsonl'), lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
  return folder;
}

const parse = (text: string, type: 'image/svg+xml' | 'application/xhtml+xml') =>
  new DOMParser({ onError: onErrorStopParsing }).parseFromString(text, type).documentElement as Element;

const elements = (root: Element, name: string): Element[] => [...root.getElementsByTagName(name)];
const textOf = (element: Element): string => (element.textContent ?? '').replaceAll('\u00a0', ' ');

/** Reads the page and the figures of a run. `text` is by file name, `page` and `figure` are parsed. */
async function read(folder: string) {
  const names = await readdir(join(folder, 'report'));
  const text = Object.fromEntries(
    await Promise.all(
      names.map(async (name) => [name, await readFile(join(folder, 'report', name), 'utf8')] as const),
    ),
  );
  const page = parse(text['index.html'].replace('<!doctype html>', ''), 'application/xhtml+xml');
  const figure = (name: string) => parse(text[`${name}.svg`], 'image/svg+xml');
  return { text, page, figure, names: names.sort() };
}

describe('the report of a finished run', () => {
  let folder: string;
  let result: Awaited<ReturnType<typeof read>>;
  beforeAll(async () => {
    folder = await makeRun();
    await report({ run: folder, data: NOWHERE });
    result = await read(folder);
  });

  it('is a page and its figures', () => {
    expect(result.names).toEqual([
      'accuracy.svg',
      'comparison.svg',
      'confusion-tinyvgg.svg',
      'confusion-v0.svg',
      'confusion-v1.svg',
      ...['block_1.0', 'block_1.2', 'block_2.0', 'block_2.2'].map((layer) => `filters-${layer}.svg`),
      'index.html',
      'loss.svg',
      'reliability-tinyvgg.svg',
      'reliability-v0.svg',
      'worth.svg',
    ]);
    expect(elements(result.page, 'svg')).toHaveLength(result.names.length - 1);
    for (const name of result.names) {
      if (name.endsWith('.svg')) expect(result.figure(basename(name, '.svg')).tagName).toBe('svg');
    }
  });

  it('has no scripts and loads no resources', () => {
    for (const [name, text] of Object.entries(result.text)) {
      const withoutNamespaces = text.replaceAll(/ xmlns(:\w+)?="[^"]*"/g, '');
      expect(
        withoutNamespaces.match(/https?:|<script|<link|<iframe|@import|url\(|\son\w+=/),
        name,
      ).toBeNull();
    }
    const ids = [...result.text['index.html'].matchAll(/ id="([^"]*)"/g)].map(([, id]) => id);
    expect(new Set(ids).size).toBe(ids.length);
  });

  it('has a text alternative for every figure and a heading for every section', () => {
    for (const svg of elements(result.page, 'svg')) {
      expect(svg.getAttribute('role')).toBe('img');
      expect(svg.getAttribute('aria-label')?.length).toBeGreaterThan(20);
    }
    for (const head of elements(result.page, 'th')) {
      expect(['col', 'row']).toContain(head.getAttribute('scope'));
    }
    const levels = ['h1', 'h2'].map((level) => elements(result.page, level).map(textOf));
    expect(levels).toEqual([
      ['Report of run'],
      [
        'Missing from this report',
        'Comparison of the models',
        'Learning curves',
        'Confusion matrices',
        'Calibration',
        'Learned filters',
        'Run details',
      ],
    ]);
  });

  it('uses only colours that have a dark partner', () => {
    const known = new Set<string>([...Object.values(COLOURS), 'none', 'transparent']);
    for (const [name, text] of Object.entries(result.text)) {
      for (const [, colour] of text.matchAll(/ (?:fill|stroke)="([^"]*)"/g)) {
        expect(known, name).toContain(colour);
      }
    }
  });

  it('compares the models in a table', () => {
    const [table] = elements(result.page, 'table');
    const rows = elements(table, 'tr').map((row) =>
      [...elements(row, 'th'), ...elements(row, 'td')].map(textOf),
    );
    expect(rows).toEqual([
      [
        ...['model', 'test accuracy', 'lab accuracy', 'calibration error'],
        ...['test loss', 'training loss', 'training time', 'parameters'],
      ],
      ['v0', '83.00 %', '83.00 %', '12.50 % → 2.50 %', '0.50000', '0.50000', '1.0 s', '7,960'],
      ['v1', '84.00 %', '84.00 %', '–', '0.45000', '0.45000', '2.0 s', '7,960'],
      ['tinyvgg', '88.00 %', '88.00 %', '12.50 % → 2.50 %', '0.35000', '0.35000', '40.0 s', '7,740'],
    ]);
    expect(textOf(elements(result.page, 'p')[1])).toBe(
      'tinyvgg classifies 88.00 % of the 1,000 test images correctly, 4.00 points more than the second best, v1. ' +
        'Its training took 40.0 s instead of 2.0 s, 20 times as long: 9.5 s for each additional point.',
    );
  });

  it('draws bars in proportion to their numbers', () => {
    const colours: unknown[] = [COLOURS.vermillion, COLOURS.green, COLOURS.blue];
    const bars = elements(result.figure('comparison'), 'path').filter((path) =>
      colours.includes(path.getAttribute('fill')),
    );
    expect(bars).toHaveLength(12);
    const [v0, v1, tinyvgg] = bars
      .slice(6, 9)
      .map((bar) => Number(/h([\d.]+)v/.exec(bar.getAttribute('d') ?? '')?.[1]));
    expect(v1 / v0).toBeCloseTo(2, 6);
    expect(tinyvgg / v0).toBeCloseTo(40, 6);
  });

  it('shows the confusion matrix: rows are labels, columns predictions', () => {
    const numbers = elements(result.figure('confusion-v0'), 'text')
      .map(textOf)
      .filter((text) => /^\d+$/.test(text));
    const expected = confusionOf(83)
      .flat()
      .filter((images) => images > 0);
    expect(numbers.map(Number)).toEqual(expected);
    const table = elements(result.page, 'table').find((one) => textOf(one).startsWith('v0: rows label'));
    const shirt = elements(table as Element, 'tr')[1 + LABELS.indexOf('Shirt')];
    expect(elements(shirt, 'td').map(textOf)).toEqual(confusionOf(83)[6].map(String));
  });

  it('marks each bin at its score and its share of correct images, before and after calibration', () => {
    const diagram = result.figure('reliability-v0');
    expect(diagram.getAttribute('aria-label')).toContain('error 12.50\u00a0% before and 2.50\u00a0% after');
    const marksOf = (colour: string) =>
      elements(diagram, 'path')
        // The marks of the legend have no rim.
        .filter((path) => path.getAttribute('fill') === colour && path.getAttribute('stroke-width') === '1')
        .map((path) => /translate\(([\d.]+),([\d.]+)\)/.exec(path.getAttribute('transform') ?? '') ?? [])
        // The plot is 332 wide and 310 high; y grows downwards.
        .map(([, x, y]) => [Number(x) / 332, 1 - Number(y) / 310]);
    const expected = (bins: (typeof CALIBRATED)['reliability']['before']) =>
      bins.filter(({ images }) => images > 0).map(({ confidence, accuracy }) => [confidence, accuracy]);
    const close = (points: number[][]) => points.map((point) => point.map((value) => value.toFixed(3)));
    const { before, after } = CALIBRATED.reliability;
    expect(close(marksOf(COLOURS.vermillion))).toEqual(close(expected(before)));
    expect(close(marksOf(COLOURS.blue))).toEqual(close(expected(after)));
  });

  it('leaves the twins out', () => {
    for (const [name, text] of Object.entries(result.text)) expect(text, name).not.toMatch(/v0-twin/);
  });

  it('colours the weights of the first convolution by sign and size', () => {
    const rects = elements(result.figure('filters-block_1.0'), 'rect').filter((rect) =>
      [COLOURS.warm, COLOURS.cool].some((colour) => colour === rect.getAttribute('fill')),
    );
    const network = resolveNetwork(modelSpec('tinyvgg'));
    const weights = [...(initialWeights(network, Generator.seeded(1)).get('block_1.0.weight') ?? [])];
    const largest = Math.max(...weights.map(Math.abs));
    for (const [i, weight] of weights.entries()) {
      expect(rects[i].getAttribute('fill')).toBe(weight < 0 ? COLOURS.warm : COLOURS.cool);
      expect(Number(rects[i].getAttribute('fill-opacity'))).toBeCloseTo(Math.abs(weight) / largest, 1);
    }
  });

  it('names what is missing, and the details of the run', () => {
    const missing = elements(result.page, 'li').map(textOf);
    expect(missing).toEqual([
      expect.stringMatching(/^No predictions of test images: cannot read no-such-folder/),
    ]);
    const values = elements(result.page, 'dd').map(textOf);
    expect(values).toContain('SGD, learning rate 0.1, cosine schedule, momentum 0.9');
    expect(values).toContain('2025-01-31 12:34 UTC');
    expect(values).toContain('a'.repeat(40));
    expect(values).toContain('MD5 bef4ecab320f06d8554ea6380940ec79');
    expect(values.join()).toMatch(/[0-9a-f]{64} \(SHA-256 of tinyvgg\.onnx, 32,\d{3} bytes\)/);
  });
});

describe('the report of an incomplete run', () => {
  it('distinguishes a model in training from one that has not started', async () => {
    const folder = await makeRun(['v0']);
    await writeFile(join(folder, 'settings.json'), JSON.stringify({ models: MODEL_NAMES }));
    const record = { type: 'steps', model: 'v1', epoch: 1, step: 225, loss: 0.9, seconds: 1 };
    await appendFile(join(folder, 'metrics.jsonl'), `${JSON.stringify(record)}\n{"type":"st`);
    await report({ run: folder, data: NOWHERE });
    const { page, names, figure } = await read(folder);
    expect(elements(page, 'li').map(textOf)).toEqual([
      'v1 is still training: its last record is step 225, in epoch 2 of 2.',
      'tinyvgg has not started.',
      expect.stringMatching(/^No predictions of test images/),
    ]);
    expect(names).not.toContain('confusion-v1.svg');
    expect(elements(figure('loss'), 'text').map(textOf)).toContain('v1');
  });

  it('is a page before the first step', async () => {
    const folder = await makeRun([]);
    await rm(join(folder, 'metrics.jsonl'));
    await report({ run: folder });
    const { page, names } = await read(folder);
    expect(names).toEqual(['index.html']);
    expect(textOf(page)).toContain('metrics.jsonl has no steps, so there is no curve of the training loss.');
  });

  it('leaves out models whose files are missing', async () => {
    const folder = await makeRun(['v0']);
    await rm(join(folder, 'v0.safetensors'));
    await report({ run: folder, data: NOWHERE });
    const { page } = await read(folder);
    expect(textOf(page)).toMatch(/No release of v0: cannot read .*v0\.safetensors/);
  });

  it('escapes the text of files', async () => {
    const hostile = `<script>alert('1')</script> & "quotes"`;
    const folder = await makeRun(['v0'], {
      recipe: hostile,
      device: { name: hostile, description: hostile },
      dataset: { [hostile]: hostile },
    });
    await report({ run: folder, data: NOWHERE });
    const { page } = await read(folder);
    expect(elements(page, 'script')).toEqual([]);
    expect(elements(page, 'dd').map(textOf)).toContain(hostile);
    expect(elements(page, 'dt').map(textOf)).toContain(hostile);
  });

  it.each([
    ['no folder', NOWHERE, undefined, /ENOENT.*npm run train/],
    ['no JSON', undefined, '{', /cannot read .*summary\.json.*JSON/],
    ['another format', undefined, '{"formatVersion":2}', /formatVersion/],
  ])('throws a usage error for %s', async (_, run, content, message) => {
    const folder = run ?? temporaryFolder();
    if (content) await writeFile(join(folder, 'summary.json'), content);
    await expect(report({ run: folder })).rejects.toMatchObject({
      kind: 'usage',
      message: expect.stringMatching(message),
    });
  });

  it('uses the newest run by default', async () => {
    const cwd = temporaryFolder();
    const cli = () => runTrainer(['report', '--data', NOWHERE], { cwd });
    expect(await cli()).toMatchObject({ code: 2, stderr: expect.stringContaining('no run in') });
    const summary = await readFile(join(await makeRun([]), 'summary.json'));
    for (const name of ['newest', 'older']) {
      await mkdir(join(cwd, 'runs', name), { recursive: true });
      await writeFile(join(cwd, 'runs', name, 'summary.json'), summary);
    }
    await utimes(join(cwd, 'runs', 'older', 'summary.json'), 0, 1e9);
    await mkdir(join(cwd, 'runs', 'without-summary'));
    const { stdout } = await expectSuccess(cli());
    expect(stdout).toContain(`Report: ${join('runs', 'newest', 'report', 'index.html')}`);
  });
});

describe('the conclusion', () => {
  it.each([
    [['tinyvgg'] as const, /^tinyvgg classifies 88\.00 % of .* correctly, after 40\.0 s of training\.$/],
    [
      ['v0', 'v1'] as const,
      /^v1 .* 1\.00 points more than the second best, v0\. .* 2 times as long: 1\.0 s for each additional point\.$/,
    ],
  ])('compares %j', async (names, sentence) => {
    const { models } = await readResults(await makeRun(names));
    expect(conclusion(models).replaceAll('\u00a0', ' ')).toMatch(sentence);
  });

  it('states no price of a point when the best model is fastest or equally accurate', async () => {
    const { models } = await readResults(await makeRun(['v0', 'v1']));
    const [v0, v1] = models;
    expect(conclusion([{ ...v0, trainSeconds: 9 }, v1])).toMatch(/Its training took no longer\.$/);
    expect(conclusion([v0, { ...v1, final: v0.final, trainSeconds: 0.5 }])).not.toMatch(/Infinity|NaN/);
  });
});

describe('test images', () => {
  const split: Split = {
    count: 64,
    images: IMAGES,
    labels: Uint8Array.from({ length: 64 }, (_, i) => i % 10),
  };

  it('are predicted as the reference engine predicts them', async () => {
    const { network, weights, release } = await makeModel('v1');
    const predictions = await predictAll(release, split);
    const session = await referenceEngine().open(network, weights, sgd(0));
    const logits = await session.logits(IMAGES, 64);
    for (const [n, { label, prediction, score }] of predictions.entries()) {
      const own = [...logits.subarray(10 * n, 10 * n + 10)];
      expect(label).toBe(n % 10);
      expect(prediction).toBe(own.indexOf(Math.max(...own)));
      expect(score).toBeCloseTo(
        1 / own.reduce((sum, logit) => sum + Math.exp(logit - Math.max(...own)), 0),
        4,
      );
    }
    const wrong = mistakes(predictions);
    expect(wrong).toHaveLength(predictions.filter(({ label, prediction }) => label !== prediction).length);
    expect(wrong.map(({ score }) => score)).toEqual(wrong.map(({ score }) => score).sort((a, b) => b - a));
    expect(sample(predictions, 16, 42)).toEqual(sample(predictions, 16, 42));
    expect(new Set(sample(predictions, 16, 42)).size).toBe(16);
  });

  it('are PNG files that the decoder reads', async () => {
    const decoder = await compileDecoder(
      async (file) => new Uint8Array(await readFile(fileURLToPath(import.meta.resolve(file)))),
    );
    const pixels = IMAGES.subarray(0, 20 * 28);
    const { width, height, data } = await decoder.decode(greyPng(pixels, 28));
    expect([width, height]).toEqual([28, 20]);
    expect(data.filter((_, i) => i % 4 === 0)).toEqual(new Uint8ClampedArray(pixels));
  });
});

describe('the curve of coverage and accuracy', () => {
  const image = new Uint8Array(0);
  const predicted = (score: number, right: boolean): TestPrediction => ({
    image,
    label: 1,
    prediction: right ? 1 : 2,
    score,
  });

  it('holds coverage and accuracy for each threshold', () => {
    const noise = Generator.seeded(3);
    // Scores in tenths, so that many are equal.
    const predictions = Array.from({ length: 500 }, () =>
      predicted((noise.random() % 10) / 10, noise.random() % 3 > 0),
    );
    const curve = coverageCurve(predictions);
    expect(curve.map(({ threshold }) => threshold)).toEqual([0.9, 0.8, 0.7, 0.6, 0.5, 0.4, 0.3, 0.2, 0.1, 0]);
    for (const { threshold, coverage, accuracy } of curve) {
      const answered = predictions.filter(({ score }) => score >= threshold);
      const right = answered.filter(({ label, prediction }) => label === prediction);
      expect(coverage).toBe(answered.length / 500);
      expect(accuracy).toBe(right.length / answered.length);
    }
  });

  it('has a point for each percent of the images', () => {
    const curve = coverageCurve(Array.from({ length: 1000 }, (_, i) => predicted(i / 1000, i % 2 === 0)));
    expect(curve).toHaveLength(100);
    expect(curve[99]).toEqual({ threshold: 0, coverage: 1, accuracy: 0.5 });
    expect(coverageCurve([])).toEqual([]);
  });
});

describeWithData('the report with the data set', (data) => {
  it('shows 16 samples and 16 mistakes with label, prediction, mark and score', async () => {
    const folder = await makeRun(['v0']);
    await report({ run: folder, data: dataFolder as string });
    const { figure, page } = await read(folder);
    const [samples, wrong] = ['samples', 'mistakes'].map(figure);
    const order = Generator.seeded(42).permutation(1000);
    const images = elements(samples, 'image').map((image) => image.getAttribute('href'));
    const { test } = data();
    expect(images).toEqual(
      Array.from(order.subarray(0, 16), (i) => {
        const pixels = test.images.subarray(i * IMAGE_PIXELS, (i + 1) * IMAGE_PIXELS);
        return `data:image/png;base64,${greyPng(pixels, 28).toString('base64')}`;
      }),
    );
    const predictions = await predictAll(await readRelease(join(folder, 'v0.onnx')), take(test, 1000));
    const answered = predictions.filter(({ score }) => score >= LEAST_SCORE);
    const right = answered.filter(({ label, prediction }) => label === prediction);
    expect(figure('coverage-v0').getAttribute('aria-label')).toContain(
      `${percent(answered.length / 1000)} of the test images have a score of 0.5 or more, and ${percent(right.length / answered.length)}`,
    );
    const [label, prediction, score] = elements(samples, 'text').slice(2, 5).map(textOf);
    expect(label).toBe(LABELS[test.labels[order[0]]]);
    expect(LABELS).toContain(prediction);
    expect(score).toMatch(/^\d+\.\d %$/);
    const scores = elements(wrong, 'text')
      .map(textOf)
      .filter((text) => text.endsWith('%'));
    expect(scores).toHaveLength(16);
    expect(scores.map(Number.parseFloat)).toEqual(scores.map(Number.parseFloat).sort((a, b) => b - a));
    expect(elements(page, 'li').map(textOf)).toEqual([
      'v1 is not part of this run.',
      'tinyvgg is not part of this run.',
    ]);
  });
});

/** @file The report of a finished run: a page that is valid XML, and figures that show the numbers. */
import { basename } from 'node:path';
import type { Element } from '@xmldom/xmldom';
import { beforeAll, describe, expect, it } from 'vitest';
import { resolveNetwork } from '../../../shared/model/spec.ts';
import { LABELS } from '../../../train/dataset/fashion-mnist/labels.ts';
import { initialWeights } from '../../../train/model/initialize.ts';
import { modelSpec } from '../../../train/model/zoo.ts';
import { Generator } from '../../../train/random.ts';
import { report } from '../../../train/report/report.ts';
import { COLOURS } from '../../../train/report/theme.ts';
import { CALIBRATED, confusionOf, makeRun, NOWHERE } from './invented-run.ts';
import { elements, readReport, textOf } from './rendered-report.ts';

describe('the report of a finished run', () => {
  let folder: string;
  let result: Awaited<ReturnType<typeof readReport>>;
  beforeAll(async () => {
    folder = await makeRun();
    await report({ run: folder, data: NOWHERE });
    result = await readReport(folder);
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
        'Classes of tinyvgg',
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

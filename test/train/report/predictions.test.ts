/** @file The report's predictions for test images, and the figures that show them. */
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { copyPixels } from '#shared/decode/pixels.ts';
import { IMAGE_PIXELS } from '#shared/input/garment/size.ts';
import { LEAST_SCORE } from '../../../shared/abstention.ts';
import { LABELS } from '../../../train/dataset/fashion-mnist/labels.ts';
import { type Split, take } from '../../../train/dataset/split.ts';
import { openDecoder } from '../../../train/decoder.ts';
import { sgd } from '../../../train/engine/optimizer.ts';
import { referenceEngine } from '../../../train/engine/reference.ts';
import { Generator } from '../../../train/random.ts';
import { mistakes, predictAll, sample, type TestPrediction } from '../../../train/release/predictions.ts';
import { readRelease } from '../../../train/release/release.ts';
import { coverageCurve, coverageFigure } from '../../../train/report/figures/coverage.ts';
import { greyPng } from '../../../train/report/png.ts';
import { report } from '../../../train/report/report.ts';
import { percent } from '../../../train/report/unbroken.ts';
import { dataFolder, describeWithData } from '../../support/data.ts';
import { IMAGES, makeModel, makeRun } from './invented-run.ts';
import { elements, readReport, textOf } from './rendered-report.ts';

describe('test images', () => {
  const split: Split = {
    count: 64,
    images: IMAGES,
    labels: Uint16Array.from({ length: 64 }, (_, i) => i % 10),
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
    const decoder = await openDecoder();
    const pixels = IMAGES.subarray(0, 20 * 28);
    const { width, height, data } = await decoder.decode(greyPng(pixels, 28), copyPixels);
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
    certainty: score,
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

  it('counts images of none of the labels apart, and marks what the service answers', async () => {
    const image = (label: number, certainty: number): TestPrediction => ({
      ...predicted(0.9, true),
      ...{ label, prediction: 1, certainty },
    });
    const { subtitle, description } = await coverageFigure(
      { name: 'pets', labels: ['cat', 'dog', 'other'], none: 'other' },
      [
        image(1, 0.9),
        image(1, 0.4),
        image(0, 0.5),
        image(1, 0.39),
        image(2, 0.41),
        image(2, 0),
        image(2, 0.3),
      ],
    );
    expect(subtitle).toBe('mark: 0.4 or more; 2 of 3 other images declined');
    expect(description).toBe(
      '75.00\u00a0% of the test images have a score less that of none of these of 0.4 or more, and 66.67\u00a0% of those are correct. Of 3 images of none of these, 2 are declined.',
    );
  });
});

describeWithData('the report with the data set', (data) => {
  it('shows 16 samples and 16 mistakes with label, prediction, mark and score', async () => {
    const folder = await makeRun(['v0']);
    await report({ run: folder, data: dataFolder as string });
    const { figure, page } = await readReport(folder);
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
    // The run has one model. The lab's other models are not missing.
    expect(elements(page, 'li').map(textOf)).toEqual([]);
  });
});

/** @file The learning curves of a training with many epochs. */
import { DOMParser, type Element } from '@xmldom/xmldom';
import { expect, it } from 'vitest';
import { svgFile } from '../../../train/report/figure.ts';
import { accuracyCurves, lossCurves } from '../../../train/report/figures/learning-curves.ts';
import { readResults } from '../../../train/report/results.ts';
import { makeRun } from './invented-run.ts';
import { elements } from './rendered-report.ts';

/** Diameter of a mark in CSS pixels, of an area of 110. */
const DIAMETER = 2 * Math.sqrt(110 / Math.PI);

it.each([60, 45, 21])('the marks of %i epochs do not overlap', async (count) => {
  const results = await readResults(await makeRun(['tinyvgg'], { epochs: count }));
  const [first] = results.epochs;
  const epochs = Array.from({ length: count }, (_, i) => ({ ...first, epoch: i + 1, testLoss: 2 / (i + 2) }));
  const long = { ...results, epochs, metrics: [] };
  for (const figure of [await lossCurves(long), await accuracyCurves(long)]) {
    const root = new DOMParser().parseFromString(svgFile(figure), 'image/svg+xml').documentElement as Element;
    const places = elements(root, 'path')
      .filter(
        (path) =>
          path.getAttribute('stroke-width') === '1.5' && path.getAttribute('stroke-dasharray') === null,
      )
      .map((path) => Number(/translate\(([\d.]+)/.exec(path.getAttribute('transform') ?? '')?.[1]))
      .sort((a, b) => a - b);
    expect(places.length, figure.name).toBeGreaterThan(5);
    const gaps = places.slice(1).map((place, i) => place - places[i]);
    expect(Math.min(...gaps), figure.name).toBeGreaterThan(DIAMETER);
  }
});

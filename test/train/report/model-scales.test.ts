/** @file How the figures of a report distinguish the models. */
import { expect, it } from 'vitest';
import { MODEL_NAMES } from '../../../train/model/zoo.ts';
import { modelScales } from '../../../train/report/chart.ts';

it('every network has its own colour, dashes and shape', () => {
  for (const { range } of Object.values(modelScales(MODEL_NAMES)))
    expect(new Set(range.map((value) => JSON.stringify(value))).size).toBe(MODEL_NAMES.length);
});

/** @file Pictures in fewer pixels, the kernels that are chosen and edited, the curves: arithmetic by hand. */
import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import type { LabRecords } from '#shared/lab-records.ts';
import { accuracyChart, lossChart } from '../../../web/explore/curves.ts';
import {
  chooseLearned,
  editWeight,
  kernelNow,
  learnedId,
  learnedOf,
  resizeKernel,
} from '../../../web/explore/kernel-choice.ts';
import { openModel } from '../../../web/explore/model.ts';
import { pictureOf } from '../../../web/explore/picture.ts';
import { remember } from '../../../web/explore/remember.ts';
import { INITIAL } from '../../../web/explore/state.ts';
import { greyOf, reduce } from '../../../web/picture/reduce.ts';

describe('a picture in fewer pixels', () => {
  const pixels = (width: number, height: number, ...data: number[]) => ({
    width,
    height,
    data: Uint8Array.from(data),
  });

  it('is the mean of those that each covers, channel by channel', () => {
    const { width, height, data } = reduce(
      pixels(4, 1, 255, 0, 0, 255, 0, 0, 255, 255, 51, 102, 153, 255, 51, 102, 153, 255),
      2,
    );
    expect([width, height]).toEqual([2, 1]);
    const expected = [0.5, 0.2, 0, 0.4, 0.5, 0.6];
    for (const [i, value] of data.entries()) expect(value).toBeCloseTo(expected[i], 6);
  });
  it('lies over white', () => {
    expect([...reduce(pixels(1, 1, 0, 0, 0, 0), 8).data]).toEqual([1, 1, 1]);
  });
  it('is never enlarged, and its grey is Rec. 601’s', () => {
    const small = reduce(pixels(1, 2, 255, 0, 0, 255, 0, 255, 0, 255), 64);
    expect([small.width, small.height]).toEqual([1, 2]);
    expect([...greyOf(small).data].map((value) => value.toFixed(3))).toEqual(['0.299', '0.587']);
  });
  it('has a colour and a grey of its own size', () => {
    const picture = pictureOf(
      { width: 300, height: 400, data: new Uint8Array(480_000).fill(255) },
      { image: new Uint8Array(784) },
    );
    expect([
      picture.colour?.width,
      picture.colour?.height,
      picture.grey?.width,
      picture.grey?.height,
    ]).toEqual([48, 64, 72, 96]);
  });
});

describe('a kernel that is chosen', async () => {
  const model = openModel(
    new Uint8Array(await readFile('release/tinyvgg.onnx')),
    JSON.parse(`${await readFile('release/tinyvgg.json')}`),
  );
  const learned = { layer: 1, to: 3, from: 2 };

  it('is the network’s own, in its place', () => {
    expect(learnedOf(learnedId(learned))).toEqual(learned);
    const chosen = { ...INITIAL, ...chooseLearned(model, learned) };
    expect(chosen).toMatchObject({ kernel: 'learned-2-4-3', size: 3, stride: 1, padding: 1, bias: 0 });
    const name = model.network.parameters.filter(({ shape }) => shape.length === 4)[1].name;
    const from = (3 * 10 + 2) * 9;
    expect(kernelNow(chosen, model)).toEqual(model.weights.get(name)?.slice(from, from + 9));
  });
  it('of the first layer brings its bias along', () => {
    const bias = model.weights.get(model.network.parameters[1].name) as Float32Array;
    expect(chooseLearned(model, { layer: 0, to: 4, from: 0 }).bias).toBe(bias[4]);
  });
  it('that the network does not have is that of the first visit', () => {
    const first = kernelNow(INITIAL, model);
    for (const kernel of ['learned-9-1-1', 'learned-1-99-1', 'nonsense', 'own'])
      expect(kernelNow({ ...INITIAL, kernel }, model)).toEqual(first);
  });
  it('becomes one’s own by an edited weight, and keeps it at another size', () => {
    const edited = { ...INITIAL, ...editWeight(kernelNow(INITIAL, model), 4, 2.5) };
    expect(edited).toMatchObject({ kernel: 'own', weights: [-1, 0, 1, -2, 2.5, 2, -1, 0, 1] });
    const larger = { ...edited, ...resizeKernel(edited, model, 5) };
    expect(kernelNow(larger, model)).toHaveLength(25);
    expect(kernelNow(larger, model)[12]).toBe(2.5);
  });
  it('by name is made at its size', () => {
    expect(resizeKernel({ ...INITIAL, kernel: 'blur' }, model, 7)).toEqual({ size: 7 });
    expect(kernelNow({ ...INITIAL, kernel: 'blur', size: 7 }, model)[24]).toBeCloseTo((20 / 64) ** 2, 6);
  });
});

it('the curves end where the records of the release end, and are told in words', async () => {
  const records = JSON.parse(await readFile('release/lab/records.json', 'utf8')) as LabRecords;
  for (const name of ['v0', 'v1', 'tinyvgg']) {
    const { metrics } = JSON.parse(await readFile(`release/lab/${name}.json`, 'utf8'));
    const last = records.models[name].epochs.at(-1);
    expect(last).toMatchObject({ testLoss: metrics.testLoss, testAccuracy: metrics.testAccuracy });
    expect(
      accuracyChart(records)
        .lines.find((line) => line.name === name)
        ?.points.at(-1),
    ).toEqual([3, 100 * metrics.testAccuracy]);
  }
  const loss = lossChart(records);
  expect(loss.description).toContain('tinyvgg: 0.391, 0.350, 0.311');
  expect(loss.lines.every(({ points }) => points.length === 225)).toBe(true);
});

it('what is remembered is computed again for other things alone', () => {
  let count = 0;
  const twice = remember((a: number, b: number) => {
    count += 1;
    return [a, b];
  });
  expect(twice(1, 2)).toBe(twice(1, 2));
  expect(twice(1, 3)).toEqual([1, 3]);
  expect(count).toBe(2);
});

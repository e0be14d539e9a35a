/** @file Selecting, editing and resizing a kernel. */
import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { openModel } from '../../../web/explore/model.ts';
import {
  editWeight,
  learnedId,
  parseLearnedId,
  resizeKernel,
  selectedKernel,
  selectLearned,
} from '../../../web/explore/selected-kernel.ts';
import { INITIAL } from '../../../web/explore/state.ts';

describe('the selected kernel', async () => {
  const model = openModel(
    new Uint8Array(await readFile('release/tinyvgg.onnx')),
    JSON.parse(`${await readFile('release/tinyvgg.json')}`),
  );
  const learned = { layer: 1, to: 3, from: 2 };

  it('has the weights of the network when it is learned', () => {
    expect(parseLearnedId(learnedId(learned))).toEqual(learned);
    const selected = { ...INITIAL, ...selectLearned(model, learned) };
    expect(selected).toMatchObject({ kernel: 'learned-2-4-3', size: 3, stride: 1, padding: 1, bias: 0 });
    const name = model.network.parameters.filter(({ shape }) => shape.length === 4)[1].name;
    const from = (3 * 10 + 2) * 9;
    expect(selectedKernel(selected, model)).toEqual(model.weights.get(name)?.slice(from, from + 9));
  });
  it('brings the bias when it is of the first layer', () => {
    const bias = model.weights.get(model.network.parameters[1].name) as Float32Array;
    expect(selectLearned(model, { layer: 0, to: 4, from: 0 }).bias).toBe(bias[4]);
  });
  it('is the default kernel when the id is unknown or the network lacks it', () => {
    const first = selectedKernel(INITIAL, model);
    for (const kernel of ['learned-9-1-1', 'learned-1-99-1', 'nonsense', 'own'])
      expect(selectedKernel({ ...INITIAL, kernel }, model)).toEqual(first);
  });
  it('becomes a custom kernel when a weight is edited, and keeps the weight at another size', () => {
    const edited = { ...INITIAL, ...editWeight(selectedKernel(INITIAL, model), 4, 2.5) };
    expect(edited).toMatchObject({ kernel: 'own', weights: [-1, 0, 1, -2, 2.5, 2, -1, 0, 1] });
    const larger = { ...edited, ...resizeKernel(edited, model, 5) };
    expect(selectedKernel(larger, model)).toHaveLength(25);
    expect(selectedKernel(larger, model)[12]).toBe(2.5);
  });
  it('is generated at its size when it is a preset', () => {
    expect(resizeKernel({ ...INITIAL, kernel: 'blur' }, model, 7)).toEqual({ size: 7 });
    expect(selectedKernel({ ...INITIAL, kernel: 'blur', size: 7 }, model)[24]).toBeCloseTo((20 / 64) ** 2, 6);
  });
});

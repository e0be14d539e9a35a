/** @file Shapes of layers that are written as in PyTorch. The expected shapes are those that PyTorch's documentation derives. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { conv2d, maxPool2d, resolveNetwork } from '../../../../shared/model/spec.ts';
import { printedModel } from '../../../../train/model/print-network.ts';
import { MODEL_NAMES, modelSpec } from '../../../../train/model/zoo.ts';
import { shapeIn, shapesOf } from '../../../../web/explore/lab/shapes.ts';

const outputOf = (text: string, ...input: number[]) => {
  const { layers, problem } = shapesOf(text, input);
  return problem ? problem.reason : layers.at(-1)?.output;
};

describe('shapes', () => {
  it.each<[string, number[], number[]]>([
    ['nn.Conv2d(3, 10, kernel_size=3)', [3, 64, 64], [10, 62, 62]],
    [
      'nn.Conv2d(in_channels=3, out_channels=10, kernel_size=3, stride=1, padding=0)',
      [3, 334, 515],
      [10, 332, 513],
    ],
    ['nn.Conv2d(1, 6, kernel_size=(3, 3), stride=1, padding=1)', [1, 28, 28], [6, 28, 28]],
    ['nn.Conv2d(3, 10, (3, 1))', [3, 64, 64], [10, 62, 64]],
    ['nn.Conv2d(3, 10, (3, 5), stride=(2, 1), padding=(4, 2))', [3, 50, 100], [10, 28, 100]],
    [
      'nn.Conv2d(16, 33, (3, 5), stride=(2, 1), padding=(4, 2), dilation=(3, 1))',
      [16, 50, 100],
      [33, 26, 100],
    ],
    ["nn.Conv2d(3, 10, kernel_size=4, padding='same')", [3, 9, 8], [10, 9, 8]],
    ['nn.Conv2d(3, 10, kernel_size=(4, 3), padding="valid")', [3, 9, 8], [10, 6, 6]],
    ['nn.MaxPool2d(kernel_size=(2, 2))', [1, 4, 4], [1, 2, 2]],
    ['nn.MaxPool2d((3, 2), stride=(2, 1))', [16, 50, 32], [16, 24, 31]],
    ['nn.AvgPool2d(3, stride=2, padding=1)', [4, 7, 7], [4, 4, 4]],
    ['nn.Flatten(start_dim=1, end_dim=-1)', [10, 7, 7], [490]],
    ['nn.Linear(490, 10)', [490], [10]],
    ['nn.Linear(7, 2)', [10, 7, 7], [10, 7, 2]],
    ['nn.ReLU(),\n nn.Dropout(0.5)  # nothing changes', [5, 2, 2], [5, 2, 2]],
    ['x = nn.Sequential(nn.Flatten(), nn.Linear(4, 3, bias=False))', [1, 2, 2], [3]],
    ['conv_layer = nn.Conv2d(3, 10, kernel_size=(3, 3))', [3, 64, 64], [10, 62, 62]],
    ['self.block = nn.Sequential( nn.Conv2d(1, 4, 3), nn.ReLU(), )', [1, 9, 9], [4, 7, 7]],
    ['hidden_units = 10\nself.conv = nn.Conv2d(3, hidden_units, 3)', [3, 9, 9], [10, 7, 7]],
    ['hidden_units=10;Flatten();Linear(in_features=hidden_units*7*7, out_features=10)', [10, 7, 7], [10]],
    ['nn.Conv2d(\n  in_channels=3,\n  out_channels=4,\n  kernel_size=1\n)', [3, 2, 2], [4, 2, 2]],
  ])('%s of %j is %j', (text, input, expected) => {
    expect(outputOf(text, ...input)).toEqual(expected);
  });

  it.each<[string, number[], RegExp]>([
    ['nn.Conv2d(3, 10, 3)', [1, 28, 28], /has 1 channel, not 3\. Write nn\.Conv2d\(1, 10, …\)/],
    ['nn.Conv2d(1, 10, 3)', [784], /needs \[channels, height, width\], not \[784\]/],
    ['nn.Conv2d(1, 10, (7, 3), padding=1)', [1, 4, 4], /window of 7 × 3 is larger than its input of 6 × 6/],
    ['nn.Conv2d(1, 10, 3, stride=2, padding="same")', [1, 4, 4], /needs a stride of 1/],
    ['nn.Conv2d(1, 10, kernel=3)', [1, 4, 4], /has no kernel\. It has in_channels/],
    ['nn.Conv2d(1, 10)', [1, 4, 4], /kernel_size is missing/],
    ['nn.Conv2d(1, 10, (3, 3, 3))', [1, 9, 9], /tuple \(height, width\)/],
    ['nn.Conv2d(2, 10, 3, groups=2)', [2, 9, 9], /only groups=1/],
    ['nn.MaxPool2d(2, padding=2)', [1, 4, 4], /at most half/],
    ['nn.Linear(490, 10)', [10, 7, 7], /nn\.Flatten\(\) before it, then nn\.Linear\(490, 10\)/],
    ['nn.Linear(784, 10)', [490], /has 490 values, not 784\. Write nn\.Linear\(490, 10\)/],
    ['nn.LSTM(3, 4)', [3], /but not LSTM/],
    ['model', [3], /not a layer/],
    ['nn.Conv2d(1, units, 3)', [1, 9, 9], /out_channels=units: expected a whole number/],
  ])('says what is wrong with %s for %j', (text, input, reason) => {
    expect(outputOf(text, ...input)).toMatch(reason);
  });

  it.each([
    ['3, 64, 64', [3, 64, 64]],
    ['[3, 64, 64]', [3, 64, 64]],
    ['torch.Size([3, 64, 64])', [3, 64, 64]],
    ['torch.Size([32, 3, 64, 64])', [3, 64, 64]],
    ['784', [784]],
    ['', undefined],
    ['1, nine', undefined],
    ['1, 2, 3, 4, 5', undefined],
    ['3, 0, 4', undefined],
  ])('read the input shape %j as %j', (text, expected) => {
    expect(shapeIn(text)).toEqual(expected);
  });

  it('keeps the layers before the one that is wrong', () => {
    const { layers, problem } = shapesOf('nn.Flatten()\nnn.Linear(5, 1)\nnn.ReLU()', [1, 2, 2]);
    expect(layers.map(({ output }) => output)).toEqual([[4]]);
    expect(problem?.text).toBe('nn.Linear(5, 1)');
  });

  it.each(MODEL_NAMES)('reads the printed model %s', (name) => {
    const network = resolveNetwork(modelSpec(name));
    const { layers, problem } = shapesOf(printedModel(network), network.input);
    expect(problem).toBeUndefined();
    expect(layers.map(({ output }) => output)).toEqual(network.layers.map(({ output }) => output));
    expect(layers.reduce((sum, { parameters }) => sum + parameters, 0)).toBe(network.parameterCount);
  });

  it('agree with those of the trainer for every square window', () => {
    const size = fc.integer({ min: 1, max: 9 });
    fc.assert(
      fc.property(
        size,
        size,
        fc.nat(4),
        fc.integer({ min: 9, max: 40 }),
        size,
        (kernel, stride, padding, height, extra) => {
          const input = [2, height, height + extra];
          const spec = {
            name: 'one',
            input,
            modules: { m: [conv2d(2, 3, kernel, { stride, padding }), maxPool2d(1)] },
          };
          const text = `nn.Conv2d(2, 3, ${kernel}, ${stride}, ${padding}); nn.MaxPool2d(1)`;
          expect(outputOf(text, ...input)).toEqual(resolveNetwork(spec).output);
        },
      ),
    );
  });

  it('answers for any text without an error', () => {
    fc.assert(fc.property(fc.string(), (text) => void shapesOf(text, [1, 28, 28])));
    const pieces = fc.constantFrom(
      'nn.',
      'Conv2d',
      '(',
      ')',
      ',',
      '3',
      '(1, 2)',
      '=',
      'kernel_size',
      ' ',
      '\n',
      '#',
      ':',
    );
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 60 }), (all) => void shapesOf(all.join(''), [3, 9, 9])),
    );
    const start = performance.now();
    shapesOf(`${'Conv2d('.repeat(70)}${'a=1,'.repeat(100)}`, [1, 28, 28]);
    shapesOf('(a'.repeat(400), [1, 28, 28]);
    expect(performance.now() - start).toBeLessThan(2000);
  });
});

/** @file How `npm run train -- --summary` prints a network. */
import { expect, it } from 'vitest';
import { resolveNetwork } from '../../../shared/model/spec.ts';
import { layerTable, printedModel } from '../../../train/model/print-network.ts';
import { modelSpec } from '../../../train/model/zoo.ts';

// As the lab prints its model_2, without the name of the class.
const TINYVGG = `tinyvgg(
  (block_1): Sequential(
    (0): Conv2d(1, 10, kernel_size=(3, 3), stride=(1, 1), padding=(1, 1))
    (1): ReLU()
    (2): Conv2d(10, 10, kernel_size=(3, 3), stride=(1, 1), padding=(1, 1))
    (3): ReLU()
    (4): MaxPool2d(kernel_size=2, stride=2, padding=0, dilation=1, ceil_mode=False)
  )
  (block_2): Sequential(
    (0): Conv2d(10, 10, kernel_size=(3, 3), stride=(1, 1), padding=(1, 1))
    (1): ReLU()
    (2): Conv2d(10, 10, kernel_size=(3, 3), stride=(1, 1), padding=(1, 1))
    (3): ReLU()
    (4): MaxPool2d(kernel_size=2, stride=2, padding=0, dilation=1, ceil_mode=False)
  )
  (classifier): Sequential(
    (0): Flatten(start_dim=1, end_dim=-1)
    (1): Linear(in_features=490, out_features=10, bias=True)
  )
)`;

it('prints a model as PyTorch does', () => {
  expect(printedModel(resolveNetwork(modelSpec('tinyvgg')))).toBe(TINYVGG);
});

it('leaves out a padding of zero, and names the padding same', () => {
  const printed = (sizes: Parameters<typeof modelSpec>[1]) =>
    printedModel(resolveNetwork(modelSpec('tinyvgg', sizes)));
  expect(printed({ padding: 'none' })).toContain('(0): Conv2d(1, 10, kernel_size=(3, 3), stride=(1, 1))\n');
  expect(printed({ kernelSize: 4 })).toContain(
    '(0): Conv2d(1, 10, kernel_size=(4, 4), stride=(1, 1), padding=same)\n',
  );
});

it('lists output shapes, parameters and multiply-adds of each layer, and their sums', () => {
  const table = layerTable(resolveNetwork(modelSpec('tinyvgg')), 32);
  const cells = table.split('\n').map((line) =>
    line
      .split('│')
      .map((cell) => cell.trim())
      .slice(1, -1),
  );
  expect(cells).toContainEqual([
    'block_1.2',
    'Conv2d 3 × 3, padding 1',
    '[32, 10, 28, 28]',
    '910',
    '705,600',
  ]);
  expect(cells).toContainEqual(['block_2.4', 'MaxPool2d 2 × 2', '[32, 10, 7, 7]', '', '']);
  expect(cells).toContainEqual(['classifier.1', 'Linear', '[32, 10]', '4,910', '4,900']);
  expect(cells).toContainEqual(['all', '', '', '7,740', '1,133,860']);
});

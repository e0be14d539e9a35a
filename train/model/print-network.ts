/** @file Prints a network: as PyTorch's `print(model)` does, and as a table of its layers. */
import Table from 'cli-table3';
import { multiplyAddsOf, type Network, type NetworkLayer, paddingOf, sizeOf } from '#shared/model/spec.ts';
import { count } from '../format.ts';

/** Writes a network as PyTorch's `print(model)` does (torch/nn/modules: `extra_repr`), with the name of the network for the class. */
export function printedModel({ name, layers }: Network): string {
  const modules = Map.groupBy(layers, (layer) => moduleOf(layer));
  const lines = [...modules].flatMap(([module, stack]) => [
    `  (${module}): Sequential(`,
    ...stack.map((layer, i) => `    (${i}): ${printedLayer(layer)}`),
    '  )',
  ]);
  return [`${name}(`, ...lines, ')'].join('\n');
}

/** Returns the part of a layer's name before its index. */
const moduleOf = ({ name }: NetworkLayer): string => name.slice(0, name.lastIndexOf('.'));

const pair = (size: number): string => `(${size}, ${size})`;

function printedLayer(layer: NetworkLayer): string {
  switch (layer.kind) {
    case 'conv2d': {
      const { inChannels, outChannels, kernelSize, stride, padding } = layer;
      const zeros = typeof padding === 'number' ? pair(padding) : padding;
      const sizes = `kernel_size=${pair(kernelSize)}, stride=${pair(stride)}`;
      return `Conv2d(${inChannels}, ${outChannels}, ${sizes}${padding === 0 ? '' : `, padding=${zeros}`})`;
    }
    case 'linear':
      return `Linear(in_features=${layer.inFeatures}, out_features=${layer.outFeatures}, bias=True)`;
    case 'maxPool2d':
      return `MaxPool2d(kernel_size=${layer.kernelSize}, stride=${layer.stride}, padding=0, dilation=1, ceil_mode=False)`;
    case 'relu':
      return 'ReLU()';
    case 'flatten':
      return 'Flatten(start_dim=1, end_dim=-1)';
    default:
      throw layer satisfies never;
  }
}

/**
 * Lists the layers with their output shapes, parameters and multiply-adds.
 * @param batchSize first size of the shapes
 */
export function layerTable(network: Network, batchSize: number): string {
  const table = new Table({
    head: ['layer', 'kind', 'output shape', 'parameters', 'multiply-adds'],
    colAligns: ['left', 'left', 'left', 'right', 'right'],
    style: { head: [], border: [], compact: true },
  });
  const shapeOf = (shape: readonly number[]) => `[${[batchSize, ...shape].join(', ')}]`;
  table.push(['', 'input', shapeOf(network.input), '', '']);
  for (const layer of network.layers) {
    const parameters = layer.parameters.reduce((sum, { shape }) => sum + sizeOf(shape), 0);
    const multiplyAdds = multiplyAddsOf({ ...network, layers: [layer] });
    table.push([
      layer.name,
      kindOf(layer),
      shapeOf(layer.output),
      parameters ? count(parameters) : '',
      multiplyAdds ? count(multiplyAdds) : '',
    ]);
  }
  const total = ['all', '', '', count(network.parameterCount), count(multiplyAddsOf(network))];
  table.push(total);
  return `${table}\nThe multiply-adds are those of one image. The parameters take ${count(4 * network.parameterCount)} bytes.`;
}

/** Names a layer's class in PyTorch, with the size of its window. */
function kindOf(layer: NetworkLayer): string {
  const [name] = printedLayer(layer).split('(');
  if (layer.kind !== 'conv2d' && layer.kind !== 'maxPool2d') return name;
  const { kernelSize, stride } = layer;
  const [zeros = 0] = layer.kind === 'conv2d' ? paddingOf(layer) : [];
  const details = [
    `${kernelSize} × ${kernelSize}`,
    ...(stride === 1 || (layer.kind === 'maxPool2d' && stride === kernelSize) ? [] : [`stride ${stride}`]),
    ...(zeros ? [`padding ${layer.kind === 'conv2d' && layer.padding === 'same' ? 'same' : zeros}`] : []),
  ];
  return `${name} ${details.join(', ')}`;
}

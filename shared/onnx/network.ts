/**
 * @file Converts the graph of an ONNX model to a network. The graph must be a chain of Conv, Relu, MaxPool, Flatten, Gemm, and
 * MatMul with Add (onnx/docs/Operators.md).
 */
import {
  type Layer,
  type Network,
  type Padding,
  paddingOf,
  resolveNetwork,
  type Weights,
} from '../model/spec.ts';
import { Attributes } from './attributes.ts';
import { DataType, type Model, type Node, type Tensor } from './model.ts';
import { describe, unsupported } from './unsupported.ts';

/** A layer with the values of its parameters in PyTorch's layout: weight and bias, or none. */
interface Step {
  layer: Layer;
  values: Float32Array<ArrayBuffer>[];
}

/**
 * Returns the network of a model and its weights.
 * @throws ExplainedError of kind `model` that names the unsupported operator, or the layer whose sizes do not fit
 */
export function networkOf({ graph = {} }: Model): { network: Network; weights: Weights } {
  const constants = new Map((graph.initializer ?? []).map((tensor) => [tensor.name ?? '', tensor]));
  const [input, ...others] = (graph.input ?? []).filter(({ name = '' }) => !constants.has(name));
  const [output, ...moreOutputs] = graph.output ?? [];
  if (!input || !output || others.length > 0 || moreOutputs.length > 0) {
    throw unsupported(
      'the graph',
      'one input and one output',
      `${others.length + 1} and ${moreOutputs.length + 1}`,
    );
  }
  const steps: Step[] = [];
  let value = input.name ?? '';
  const nodes = graph.node ?? [];
  for (let i = 0; i < nodes.length; i++) {
    const node = nodes[i] as Node;
    if (node.input?.[0] !== value) throw unsupported(describe(node), 'a chain of operators', 'a branch');
    value = onlyOutput(node);
    const next = nodes[i + 1];
    // MatMul and Add are one linear layer.
    const bias = node.opType === 'MatMul' ? biasOf(next, value, constants) : undefined;
    if (bias) {
      value = onlyOutput(next as Node);
      i++;
    }
    steps.push(stepOf(node, constants, bias));
  }
  if (value !== output.name)
    throw unsupported('the graph', `the output of the last operator, ${value}`, `${output.name}`);
  const sizes = (input.type?.tensorType?.shape?.dim ?? []).slice(1).map(({ dimValue = 0 }) => dimValue);
  const network = resolveNetwork({
    name: graph.name ?? 'graph',
    input: sizes,
    modules: { graph: steps.map(({ layer }) => layer) },
  });
  return { network, weights: weightsOf(network, steps) };
}

function weightsOf({ layers }: Network, steps: Step[]): Weights {
  return new Map(
    layers.flatMap(({ parameters, kind, name }, i) =>
      parameters.map(({ name: parameter, shape }, p): [string, Float32Array<ArrayBuffer>] => {
        const values = steps[i]?.values[p];
        const size = shape.reduce((a, b) => a * b);
        if (values?.length === size) return [parameter, values];
        throw unsupported(`${kind} ${name}`, `${size} values`, `${values?.length}`);
      }),
    ),
  );
}

function stepOf(node: Node, constants: ReadonlyMap<string, Tensor>, added: Tensor | undefined): Step {
  const read = new Attributes(node);
  const constant = (i: number) => constants.get(node.input?.[i] ?? '');
  const step = ((): Step => {
    switch (node.opType) {
      case 'Relu':
        return { layer: { kind: 'relu' }, values: [] };
      case 'Flatten':
        read.expect('axis', 1, 1);
        return { layer: { kind: 'flatten' }, values: [] };
      case 'Conv':
        return convolution(node, read, constant(1), constant(2));
      case 'MaxPool':
        return pooling(read);
      case 'Gemm':
        read.expect('alpha', 1, 1);
        read.expect('beta', 1, 1);
        read.expect('transA', 0, 0);
        return linear(node, constant(1), constant(2), read.number('transB', 0) === 1);
      case 'MatMul':
        return linear(node, constant(1), added, false);
      default:
        throw unsupported(
          describe(node),
          'Conv, Relu, MaxPool, Flatten, Gemm, or MatMul with Add',
          `${node.opType}`,
        );
    }
  })();
  read.requireAllRead();
  return step;
}

function convolution(
  node: Node,
  read: Attributes,
  weight: Tensor | undefined,
  bias: Tensor | undefined,
): Step {
  const [outChannels = 0, inChannels = 0, kernelSize = 0, width] = dimsOf(node, weight, 4);
  read.expect('group', 1, 1);
  read.expectAll('dilations', 1);
  read.expectAll('kernel_shape', kernelSize);
  if (width !== kernelSize) throw unsupported(describe(node), 'a square filter', `${kernelSize}×${width}`);
  const stride = read.same('strides', 1);
  const [top = 0, left = 0, bottom = 0, right = 0] = read.numbers('pads') ?? [];
  if (top !== left || bottom !== right) {
    throw unsupported(
      describe(node),
      'the same padding above and left',
      `pads ${[top, left, bottom, right]}`,
    );
  }
  const sized = { kind: 'conv2d', inChannels, outChannels, kernelSize, stride } as const;
  const padding: Padding = top === bottom ? top : 'same';
  const layer: Layer = { ...sized, padding };
  const [before, after] = paddingOf({ ...sized, padding });
  if (before !== top || after !== bottom) {
    throw unsupported(describe(node), `padding ${before} and ${after}`, `${top} and ${bottom}`);
  }
  return { layer, values: [floatsOf(node, weight), biasValues(node, bias, outChannels)] };
}

function pooling(read: Attributes): Step {
  read.expectAll('pads', 0);
  read.expectAll('dilations', 1);
  read.expect('ceil_mode', 0, 0);
  read.expect('storage_order', 0, 0);
  const kernelSize = read.same('kernel_shape', 0);
  return { layer: { kind: 'maxPool2d', kernelSize, stride: read.same('strides', 1) }, values: [] };
}

/** @param transposed whether the weight is [outFeatures, inFeatures], as in PyTorch, or its transpose */
function linear(node: Node, weight: Tensor | undefined, bias: Tensor | undefined, transposed: boolean): Step {
  const [rows = 0, columns = 0] = dimsOf(node, weight, 2);
  const [outFeatures, inFeatures] = transposed ? [rows, columns] : [columns, rows];
  const values = floatsOf(node, weight);
  return {
    layer: { kind: 'linear', inFeatures, outFeatures },
    values: [transposed ? values : transpose(values, rows, columns), biasValues(node, bias, outFeatures)],
  };
}

const transpose = (values: Float32Array, rows: number, columns: number): Float32Array<ArrayBuffer> =>
  Float32Array.from(values, (_, i) => values[(i % rows) * columns + Math.floor(i / rows)] as number);

/** Returns the constant that `node` adds to `value`, or undefined if it is another operator. */
function biasOf(
  node: Node | undefined,
  value: string,
  constants: ReadonlyMap<string, Tensor>,
): Tensor | undefined {
  if (node?.opType !== 'Add') return undefined;
  const other = node.input?.find((name) => name !== value);
  return node.input?.includes(value) && other !== undefined ? constants.get(other) : undefined;
}

const biasValues = (node: Node, bias: Tensor | undefined, size: number): Float32Array<ArrayBuffer> =>
  bias ? floatsOf(node, bias) : new Float32Array(size);

function dimsOf(node: Node, tensor: Tensor | undefined, rank: number): number[] {
  const dims = tensor?.dims ?? [];
  if (dims.length === rank) return dims;
  throw unsupported(
    describe(node),
    `a constant weight of ${rank} dimensions`,
    tensor ? `${dims.length}` : 'none',
  );
}

function floatsOf(node: Node, tensor: Tensor | undefined): Float32Array<ArrayBuffer> {
  if (tensor?.dataType === DataType.FLOAT) {
    if (tensor.floatData) return Float32Array.from(tensor.floatData);
    if (tensor.rawData && tensor.rawData.length % 4 === 0) {
      return new Float32Array(new Uint8Array(tensor.rawData).buffer);
    }
  }
  throw unsupported(describe(node), 'a float32 tensor', `data type ${tensor?.dataType}`);
}

function onlyOutput(node: Node): string {
  const [output, ...more] = node.output ?? [];
  if (output !== undefined && more.length === 0) return output;
  throw unsupported(describe(node), 'one output', `${node.output?.length ?? 0}`);
}

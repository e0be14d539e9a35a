/** @file Exports a network as an ONNX model. The same network and weights give the same bytes. */
import { type Network, type NetworkLayer, paddingOf, type Shape, type Weights } from '#shared/model/spec.ts';
import {
  type Attribute,
  AttributeType,
  DataType,
  type Dimension,
  encodeModel,
  type Node,
  type Tensor,
  type ValueInfo,
} from '#shared/onnx/model.ts';

/** Versions of ONNX 1.12 (docs/Versioning.md in onnx/onnx). Many runtimes refuse newer ones. */
export const IR_VERSION = 8;
export const OPSET = 17;

export const INPUT_NAME = 'image';
export const OUTPUT_NAME = 'logits';

/**
 * Returns the bytes of an ONNX file with input `image` [batch, ...] in 0..1 and output `logits` [batch, classes].
 * @param labels names of the classes, by index
 * @param none the label of pictures that show none of the others, if there is one
 */
export function exportOnnx(
  network: Network,
  weights: Weights,
  labels: readonly string[],
  none?: string,
): Uint8Array<ArrayBuffer> {
  const node: Node[] = [];
  let value = INPUT_NAME;
  for (const [i, layer] of network.layers.entries()) {
    const output = i === network.layers.length - 1 ? OUTPUT_NAME : `${identifier(layer.name)}_output`;
    node.push(layerNode(layer, value, output));
    value = output;
  }
  return encodeModel({
    irVersion: IR_VERSION,
    producerName: 'tinyvgg-edge',
    opsetImport: [{ domain: '', version: OPSET }],
    graph: {
      name: network.name,
      node,
      initializer: network.parameters.map(({ name, shape }) => initializer(name, shape, weights)),
      input: [valueInfo(INPUT_NAME, network.input, 'IMAGE')],
      output: [valueInfo(OUTPUT_NAME, network.output)],
    },
    metadataProps: Object.entries(metadata(network, labels, none)).map(([key, value]) => ({ key, value })),
  });
}

/** Returns the metadata that ONNX's docs/MetadataProps.md defines, and that common tools read. */
function metadata(network: Network, labels: readonly string[], none?: string): Record<string, string> {
  return {
    'Image.BitmapPixelFormat': network.input[0] === 1 ? 'Gray8' : 'Rgb8',
    'Image.ColorSpaceGamma': 'SRGB',
    'Image.NominalPixelRange': 'Normalized_0_1',
    model_name: network.name,
    model_license: 'MIT',
    task: 'image-classification',
    imgsz: JSON.stringify(network.input.slice(1)),
    names: JSON.stringify(labels),
    // Not from that document. Here, because it decides what the service answers: models that differ in it are different versions.
    ...(none !== undefined && { none }),
    output: 'logits; apply softmax for scores',
  };
}

function layerNode(layer: NetworkLayer, input: string, output: string): Node {
  const name = identifier(layer.name);
  const operands = [input, ...layer.parameters.map((parameter) => identifier(parameter.name))];
  const make = (opType: string, ...attribute: Attribute[]): Node => ({
    name,
    opType,
    input: operands,
    output: [output],
    attribute,
  });
  switch (layer.kind) {
    case 'flatten':
      return make('Flatten', int('axis', 1));
    case 'relu':
      return make('Relu');
    case 'linear':
      return make('Gemm', int('transB', 1));
    case 'conv2d': {
      const [before, after] = paddingOf(layer);
      return make(
        'Conv',
        ints('kernel_shape', [layer.kernelSize, layer.kernelSize]),
        ints('pads', [before, before, after, after]),
        ints('strides', [layer.stride, layer.stride]),
      );
    }
    case 'maxPool2d':
      return make(
        'MaxPool',
        ints('kernel_shape', [layer.kernelSize, layer.kernelSize]),
        ints('strides', [layer.stride, layer.stride]),
      );
    default:
      throw layer satisfies never;
  }
}

/** Turns a name into a C identifier, as ONNX's docs/IR.md requires. */
const identifier = (name: string): string => name.replaceAll('.', '_');

const int = (name: string, i: number): Attribute => ({ name, type: AttributeType.INT, i });
const ints = (name: string, values: number[]): Attribute => ({
  name,
  type: AttributeType.INTS,
  ints: values,
});

function initializer(name: string, shape: Shape, weights: Weights): Tensor {
  const values = weights.get(name) as Float32Array<ArrayBuffer>;
  const rawData = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
  return { name: identifier(name), dataType: DataType.FLOAT, dims: [...shape], rawData };
}

function valueInfo(name: string, shape: Shape, denotation?: string): ValueInfo {
  const dim: Dimension[] = [{ dimParam: 'batch' }, ...shape.map((dimValue) => ({ dimValue }))];
  return {
    name,
    type: { tensorType: { elemType: DataType.FLOAT, shape: { dim } }, ...(denotation && { denotation }) },
  };
}

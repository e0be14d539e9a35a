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

/** What an ONNX file says of the data that its model is for. It says nothing that is not given. */
export interface OnnxMetadata {
  /** Names of the classes, by index. */
  labels?: readonly string[] | undefined;
  /** The label of pictures that show none of the others, if there is one. */
  none?: string | undefined;
  /** SPDX identifier of the model's licence. */
  license?: string | undefined;
}

/** Returns the bytes of an ONNX file with input `image` [batch, ...] in 0..1 and output `logits` [batch, classes]. */
export function exportOnnx(
  network: Network,
  weights: Weights,
  about: OnnxMetadata = {},
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
    metadataProps: Object.entries(metadata(network, about)).map(([key, value]) => ({ key, value })),
  });
}

/** Returns the metadata that ONNX's docs/MetadataProps.md defines, and that common tools read. */
function metadata({ name, input }: Network, { labels, none, license }: OnnxMetadata): Record<string, string> {
  const pixels = input.length === 3 && { 1: 'Gray8', 3: 'Rgb8' }[input[0]];
  return {
    ...(pixels && {
      'Image.BitmapPixelFormat': pixels,
      'Image.ColorSpaceGamma': 'SRGB',
      'Image.NominalPixelRange': 'Normalized_0_1',
    }),
    model_name: name,
    ...(license !== undefined && { model_license: license }),
    task: 'image-classification',
    ...(pixels && { imgsz: JSON.stringify(input.slice(1)) }),
    ...(labels && { names: JSON.stringify(labels) }),
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

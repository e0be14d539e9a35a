/** @file Where a network lies in memory: the tensors of an image in the arena, its parameters, its operations. */
import { type Network, type NetworkLayer, paddingOf, type Shape, sizeOf } from '../../model/spec.ts';

const KIND = { conv2d: 1, maxPool2d: 2, linear: 3 } as const;

/** Floats of one block of a convolution's outputs (BLOCK in assembly/conv3x3.ts). */
const BLOCK_FLOATS = 24;

/** A tensor of one image in the arena; offsets in bytes, strides in floats. */
interface TensorPlace {
  /** Of the first element. */
  offset: number;
  /** Of the first element's gradient; 0 for the network's input. */
  gradient: number;
  shape: readonly [number, number, number];
  row: number;
  plane: number;
}

/** Where a parameter tensor lies: element i at `offset + 4 · indexOf(i)` bytes from the parameters. */
interface ParameterPlace {
  name: string;
  offset: number;
  size: number;
  indexOf: (element: number) => number;
}

/** One entry of the plan, in the order of the fields of Op (assembly/plan.ts). */
type Operation = readonly number[];

export interface Layout {
  operations: Operation[];
  parameters: ParameterPlace[];
  input: TensorPlace;
  /** Bytes of one image in the arena, of all parameters, and of the turned filters (their addresses are offsets until placed). */
  imageBytes: number;
  parameterBytes: number;
  turnedBytes: number;
}

/** Index of `extra` in an operation, and the kind whose `extra` is an offset into the turned filters. */
export const EXTRA = 7;
export const CONVOLUTION: number = KIND.conv2d;

/** What the fast kernels lack for a network, or undefined when they have all of it. */
export function uncovered({ layers }: Network): string | undefined {
  let before: NetworkLayer | undefined;
  for (const layer of layers) {
    if (layer.kind === 'conv2d') {
      const [top, bottom] = paddingOf(layer);
      if (layer.kernelSize !== 3 || layer.stride !== 1 || top !== 1 || bottom !== 1) {
        return `${layer.name}: a convolution other than 3×3 with stride 1 and padding 1`;
      }
    }
    if (layer.kind === 'maxPool2d' && (layer.kernelSize !== 2 || layer.stride !== 2)) {
      return `${layer.name}: pooling other than 2×2 with stride 2`;
    }
    if (layer.kind === 'relu' && before?.kind !== 'conv2d' && before?.kind !== 'linear') {
      return `${layer.name}: a ReLU that follows neither a convolution nor a linear layer`;
    }
    before = layer;
  }
  return before?.kind === 'linear' ? undefined : 'a network whose last layer is not linear';
}

/** Lays out a network that `uncovered` accepts. */
export function layOut(network: Network): Layout {
  const arena = new Region();
  const parameters = new Region();
  const turned = new Region();
  const places: ParameterPlace[] = [];
  const operations: Operation[] = [];
  const layers = network.layers.filter(({ kind }) => kind !== 'relu' && kind !== 'flatten');
  const hasRelu = (layer: NetworkLayer) => network.layers[network.layers.indexOf(layer) + 1]?.kind === 'relu';

  const input = placeTensor(arena, network.input, undefined, layers[0]);
  let x = input;
  let masked = false;
  for (const [i, layer] of layers.entries()) {
    const y = placeTensor(arena, layer.output, layer, layers[i + 1]);
    const [weight, bias] = placeParameters(parameters, layer, x);
    places.push(...[weight, bias].filter((place) => place !== undefined));
    const convolution = layer.kind === 'conv2d';
    const extra = convolution
      ? turned.take(weight.size)
      : layer.kind === 'maxPool2d'
        ? arena.take(sizeOf(layer.output) / 4)
        : 0;
    const [inputs, outputs] =
      layer.kind === 'linear' ? [vectorFloats(x), layer.outFeatures] : [x.shape[0], y.shape[0]];
    const relu = hasRelu(layer);
    operations.push([
      ...[KIND[layer.kind as keyof typeof KIND], x.offset, x.gradient, y.offset, y.gradient],
      ...[weight?.offset ?? 0, bias?.offset ?? 0, extra, inputs, outputs],
      ...[x.shape[1], x.shape[2], 4 * x.plane, 4 * y.row, 4 * y.plane, Number(relu), Number(masked)],
    ]);
    x = y;
    masked = relu;
  }
  return {
    operations,
    parameters: places,
    input: { ...input, gradient: 0 },
    imageBytes: arena.bytes,
    parameterBytes: parameters.bytes,
    turnedBytes: turned.bytes,
  };
}

/** Bytes handed out one after the other, each piece on a vector's boundary. Address 0 is never given: it means none. */
class Region {
  bytes = 64;

  /** Offset of `floats` more float32. */
  take(floats: number): number {
    const offset = this.bytes;
    this.bytes += Math.ceil(floats / 4) * 16;
    return offset;
  }
}

/**
 * A convolution or a pooling reads, and a convolution writes, planes with zeros around them and behind every row
 * (assembly/conv3x3.ts); everything else lies without gaps.
 */
function placeTensor(
  arena: Region,
  shape: Shape,
  producer: NetworkLayer | undefined,
  consumer: NetworkLayer | undefined,
): TensorPlace {
  const [channels, height, width] = shape.length === 3 ? shape : [...shape, 1, 1];
  const planes = producer?.kind === 'conv2d' || consumer?.kind === 'conv2d' || consumer?.kind === 'maxPool2d';
  const row = planes ? width + 1 : width;
  const above = planes ? Math.ceil((row + 1) / 4) * 4 : 0;
  const body = planes ? Math.ceil((height * row) / BLOCK_FLOATS) * BLOCK_FLOATS : height * row;
  const below = planes ? Math.ceil((row + 8) / 4) * 4 : 0;
  const plane = above + body + below;
  const take = () => arena.take(channels * plane) + 4 * above;
  const offset = take();
  return { offset, gradient: producer ? take() : 0, shape: [channels, height, width], row, plane };
}

/** Floats from a tensor's first element to its last, in whole vectors: what a linear layer takes for its input. */
function vectorFloats({ shape: [channels, height, width], row, plane }: TensorPlace): number {
  return Math.ceil(((channels - 1) * plane + (height - 1) * row + width) / 4) * 4;
}

function placeParameters(region: Region, layer: NetworkLayer, x: TensorPlace): ParameterPlace[] {
  return layer.parameters.map(({ name, shape }) => {
    const size = sizeOf(shape);
    if (layer.kind !== 'linear' || shape.length === 1) {
      return { name, offset: region.take(size), size, indexOf: (element) => element };
    }
    // One row per output, with the gaps of its input.
    const {
      shape: [, height, width],
      row,
      plane,
    } = x;
    const inputs = vectorFloats(x);
    const indexOf = (element: number) => {
      const [output, feature] = [Math.floor(element / layer.inFeatures), element % layer.inFeatures];
      const [channel, pixel] = [Math.floor(feature / (height * width)), feature % (height * width)];
      return output * inputs + channel * plane + Math.floor(pixel / width) * row + (pixel % width);
    };
    return { name, offset: region.take(layer.outFeatures * inputs), size, indexOf };
  });
}

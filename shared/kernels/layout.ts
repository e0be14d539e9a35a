/** @file Where a network lies in memory: the tensors of an image in the arena, its parameters, its operations. */
import { type Network, type NetworkLayer, paddingOf, type Shape, sizeOf } from '../model/spec.ts';
import type { Choice } from './choose.ts';
import { KERNEL, type Kernel, type Operation } from './plan.ts';

/** Floats of one block of a convolution's outputs (BLOCK in assembly/conv3x3.ts). */
const BLOCK_FLOATS = 24;
/** Bytes of a line of tiles (LINE in assembly/winograd.ts). */
const LINE_BYTES = 416;

/** A tensor of one image in the arena; offsets in bytes, strides in floats. */
interface TensorPlace {
  /** Of the first element. */
  offset: number;
  /** Of the first element's gradient; 0 for the network's input, and where nothing is trained. */
  gradient: number;
  shape: readonly [number, number, number];
  row: number;
  plane: number;
}

/** Where a parameter tensor lies: `shape[0] · shape[1] · shape[2]` rows of `shape[3]` floats, with gaps between them. */
export interface ParameterPlace {
  name: string;
  /** Bytes from the parameters to the first element. */
  offset: number;
  shape: readonly [number, number, number, number];
  /** Floats from one to the next along the first three dimensions. */
  strides: readonly [number, number, number];
}

export interface Layout {
  operations: Operation[];
  parameters: ParameterPlace[];
  input: TensorPlace;
  /** Bytes of one image in the arena, and of intermediate results that live no longer than an operation. */
  imageBytes: number;
  scratchBytes: number;
  /** Bytes of all parameters, and of filters turned or transformed (their addresses are offsets until placed). */
  parameterBytes: number;
  filterBytes: number;
}

/** Lays out a network whose layers have these kernels, with room for gradients if it is to be trained. */
export function layOut(
  network: Network,
  choices: Choice[],
  { training = true }: { training?: boolean } = {},
): Layout {
  const arena = new Region();
  const parameters = new Region();
  const filters = new Region();
  const places: ParameterPlace[] = [];
  const operations: Operation[] = [];

  const place = (shape: Shape, producer: Kernel | undefined, consumer: Kernel | undefined) =>
    placeTensor(arena, shape, producer, consumer, training);

  const input = place(network.input, undefined, choices[0]?.kernel);
  let x = input;
  for (const [i, { layer, kernel, relu }] of choices.entries()) {
    // A ReLU behind a flatten lies as what was flattened.
    const y = place(layer.kind === 'relu' ? x.shape : layer.output, kernel, choices[i + 1]?.kernel);
    const [weight, bias] = placeParameters(parameters, layer, x);
    places.push(...[weight, bias].filter((place) => place !== undefined));
    operations.push({
      ...between(kernel, x, y),
      weight: weight?.offset ?? 0,
      bias: bias?.offset ?? 0,
      extra: takeExtra(kernel, layer, { arena, filters }),
      inputs: layer.kind === 'linear' ? vectorFloats(x) : x.shape[0],
      kernelSize: 'kernelSize' in layer ? layer.kernelSize : 1,
      stride: 'stride' in layer ? layer.stride : 1,
      before: layer.kind === 'conv2d' ? paddingOf(layer)[0] : 0,
      relu: Number(relu),
      masked: Number(choices[i - 1]?.relu ?? false),
    });
    x = y;
  }
  // The loss reads the logits without gaps.
  if (x === input || x.row !== x.shape[2]) {
    const logits = place(network.output, KERNEL.flatten, undefined);
    operations.push(
      between(KERNEL.flatten, x, { ...logits, row: x.shape[2], plane: x.shape[1] * x.shape[2] }),
    );
  }
  return {
    operations,
    parameters: places,
    input,
    imageBytes: arena.bytes,
    parameterBytes: parameters.bytes,
    filterBytes: filters.bytes,
    scratchBytes: Math.max(0, ...operations.map(scratchOf)),
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

/** An operation without parameters from x to y. */
function between(kind: Kernel, x: TensorPlace, y: TensorPlace): Operation {
  return {
    kind,
    ...{ x: x.offset, dx: x.gradient, y: y.offset, dy: y.gradient, weight: 0, bias: 0, extra: 0 },
    ...{ inputs: x.shape[0], height: x.shape[1], width: x.shape[2], xRow: 4 * x.row, xPlane: 4 * x.plane },
    ...{ outputs: y.shape[0], yHeight: y.shape[1], yWidth: y.shape[2], yRow: 4 * y.row, yPlane: 4 * y.plane },
    ...{ kernelSize: 1, stride: 1, before: 0, relu: 0, masked: 0 },
  };
}

/** Memory of an operation's own: a turned filter, a transformed one, or what a pooling took (bytes; scalar: words). */
function takeExtra(kernel: Kernel, layer: NetworkLayer, regions: { arena: Region; filters: Region }): number {
  if (kernel === KERNEL.conv3x3) return regions.filters.take(sizeOf(layer.parameters[0].shape));
  if (kernel === KERNEL.winograd) return regions.filters.take((16 * sizeOf(layer.parameters[0].shape)) / 9);
  if (kernel === KERNEL.maxPool2x2) return regions.arena.take(sizeOf(layer.output) / 4);
  return kernel === KERNEL.scalarMaxPool2d ? regions.arena.take(sizeOf(layer.output)) : 0;
}

/** Transformed tiles of all channels. */
const scratchOf = ({ kind, inputs, outputs }: Operation): number =>
  kind === KERNEL.winograd ? 16 * LINE_BYTES * (inputs + outputs) : 0;

/**
 * The SIMD kernels of a convolution and a pooling read, and that of a convolution writes, planes with zeros around them and
 * behind every row (assembly/conv3x3.ts); everything else lies without gaps.
 */
function placeTensor(
  arena: Region,
  shape: Shape,
  producer: Kernel | undefined,
  consumer: Kernel | undefined,
  training: boolean,
): TensorPlace {
  const [channels, height, width] = shape.length === 3 ? shape : [...shape, 1, 1];
  const planes = isConvolution(producer) || isConvolution(consumer) || consumer === KERNEL.maxPool2x2;
  const row = planes ? width + 1 : width;
  const above = planes ? Math.ceil((row + 1) / 4) * 4 : 0;
  const body = planes ? Math.ceil((height * row) / BLOCK_FLOATS) * BLOCK_FLOATS : height * row;
  const below = planes ? Math.ceil((row + 8) / 4) * 4 : 0;
  const plane = above + body + below;
  const take = () => arena.take(channels * plane) + 4 * above;
  const offset = take();
  return {
    offset,
    gradient: producer && training ? take() : 0,
    shape: [channels, height, width],
    row,
    plane,
  };
}

const isConvolution = (kernel: Kernel | undefined): boolean =>
  kernel === KERNEL.conv3x3 || kernel === KERNEL.winograd;

/** Floats from a tensor's first element to its last, in whole vectors: what a linear layer takes for its input. */
function vectorFloats({ shape: [channels, height, width], row, plane }: TensorPlace): number {
  return Math.ceil(((channels - 1) * plane + (height - 1) * row + width) / 4) * 4;
}

function placeParameters(region: Region, layer: NetworkLayer, x: TensorPlace): ParameterPlace[] {
  return layer.parameters.map(({ name, shape }) => {
    const size = sizeOf(shape);
    if (layer.kind !== 'linear' || shape.length === 1) {
      return { name, offset: region.take(size), shape: [1, 1, 1, size], strides: [size, size, size] };
    }
    // One row per output, with the gaps of its input.
    const inputs = vectorFloats(x);
    return {
      name,
      offset: region.take(layer.outFeatures * inputs),
      shape: [layer.outFeatures, ...x.shape],
      strides: [inputs, x.plane, x.row],
    };
  });
}

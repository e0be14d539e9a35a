/** @file Lays out a network in memory: the tensors of one image in the arena, the parameters, and the operations. */
import { type Network, type NetworkLayer, paddingOf, type Shape, sizeOf } from '../model/spec.ts';
import type { Choice } from './choose.ts';
import {
  BLOCK_VECTORS,
  CONV2D,
  CONV2D_WINOGRAD,
  CONV3X3,
  FLATTEN,
  MAXPOOL2D,
  MAXPOOL2X2,
  VECTOR_FLOATS,
  WINOGRAD,
  WINOGRAD_GRADIENT,
} from './constants.ts';
import {
  type Convolution,
  isPlain,
  type Phases,
  phasesOf,
  type TiledSizes,
  tiledBytes,
  tiledSizes,
} from './phases.ts';
import type { Kernel, Operation } from './plan.ts';
import { scratchOf } from './scratch.ts';

const BLOCK_FLOATS = BLOCK_VECTORS * VECTOR_FLOATS;

/** A tensor of one image in the arena. Offsets are in bytes, strides in floats. */
export interface TensorPlace {
  /** Offset of the first element. */
  offset: number;
  /** Offset of the first element's gradient; 0 for the network's input and for inference. */
  gradient: number;
  shape: readonly [number, number, number];
  row: number;
  plane: number;
}

/** A parameter tensor: `shape[0] · shape[1] · shape[2]` rows of `shape[3]` floats, with gaps between them. */
export interface ParameterPlace {
  name: string;
  /** Bytes from the start of the parameters to the first element. */
  offset: number;
  shape: readonly [number, number, number, number];
  /** Strides of the first three dimensions, in floats. */
  strides: readonly [number, number, number];
}

export interface Layout {
  operations: Operation[];
  parameters: ParameterPlace[];
  input: TensorPlace;
  /** Bytes of one image in the arena. */
  imageBytes: number;
  /** Bytes of intermediate results that one operation needs while it runs. */
  scratchBytes: number;
  /** Bytes of all parameters. */
  parameterBytes: number;
  /** Bytes of rotated and transformed filters. `extra` of their operations is an offset here, and an address in the plan. */
  filterBytes: number;
}

/** Lays out a network for the chosen kernels, with gradients unless `training` is false. */
export function layOut(
  network: Network,
  choices: Choice[],
  { training = true }: { training?: boolean } = {},
): Layout {
  const arena = new Region();
  const parameters = new Region();
  const filters = new Region();
  const places: ParameterPlace[] = [];
  let scratchBytes = 0;
  const operations: Operation[] = [];

  const place = (shape: Shape, producer: Kernel | undefined, consumer: Kernel | undefined) =>
    placeTensor(arena, shape, producer, consumer, training);

  const input = place(network.input, undefined, choices[0]?.kernel);
  let x = input;
  for (const [i, { layer, kernel, relu }] of choices.entries()) {
    // A ReLU after a flatten keeps the layout of the flatten's input, as the flatten moves nothing.
    const y = isPadded(kernel)
      ? placeConvolved(arena, layer, x, training)
      : place(layer.kind === 'relu' ? x.shape : layer.output, kernel, choices[i + 1]?.kernel);
    const [weight, bias] = placeParameters(parameters, layer, x);
    places.push(...[weight, bias].filter((place) => place !== undefined));
    const tiled = kernel === CONV2D_WINOGRAD ? tiledSizes(layer as Convolution, training) : undefined;
    const phases = placePhases(kernel, layer, x, tiled);
    const operation = {
      ...copyOperation(kernel, x, y),
      weight: weight?.offset ?? 0,
      bias: bias?.offset ?? 0,
      extra: takeExtra(kernel, layer, { arena, filters }, phases, training),
      inputs: layer.kind === 'linear' ? vectorFloats(x) : x.shape[0],
      kernelSize: 'kernelSize' in layer ? layer.kernelSize : 1,
      stride: 'stride' in layer ? layer.stride : 1,
      before: layer.kind === 'conv2d' ? paddingOf(layer)[0] : 0,
      phaseRow: 4 * phases.row,
      phasePlane: 4 * phases.plane,
      tile: tiled?.tile ?? 0,
      relu: Number(relu),
      masked: Number(choices[i - 1]?.relu ?? false),
    };
    operations.push(operation);
    scratchBytes = Math.max(scratchBytes, scratchOf(operation, layer, phases, training));
    x = y;
  }
  // The loss reads the logits without gaps.
  if (x === input || x.row !== x.shape[2]) {
    const logits = place(network.output, FLATTEN, undefined);
    operations.push(
      copyOperation(FLATTEN, x, { ...logits, row: x.shape[2], plane: x.shape[1] * x.shape[2] }),
    );
  }
  return {
    operations,
    parameters: places,
    input,
    imageBytes: arena.bytes,
    parameterBytes: parameters.bytes,
    filterBytes: filters.bytes,
    scratchBytes,
  };
}

/** Allocates consecutive pieces of memory, each aligned to a vector. It never allocates offset 0, which means "none". */
class Region {
  bytes = 64;

  /** Allocates `floats` float32 and returns their offset in bytes. */
  take(floats: number): number {
    const offset = this.bytes;
    this.bytes += Math.ceil(floats / VECTOR_FLOATS) * 4 * VECTOR_FLOATS;
    return offset;
  }
}

/** Returns an operation from x to y without parameters. */
function copyOperation(kind: Kernel, x: TensorPlace, y: TensorPlace): Operation {
  return {
    kind,
    ...{ x: x.offset, dx: x.gradient, y: y.offset, dy: y.gradient, weight: 0, bias: 0, extra: 0 },
    ...{ inputs: x.shape[0], height: x.shape[1], width: x.shape[2], xRow: 4 * x.row, xPlane: 4 * x.plane },
    ...{ outputs: y.shape[0], yHeight: y.shape[1], yWidth: y.shape[2], yRow: 4 * y.row, yPlane: 4 * y.plane },
    ...{ kernelSize: 1, stride: 1, before: 0, phaseRow: 0, phasePlane: 0, tile: 0, relu: 0, masked: 0 },
  };
}

/**
 * Allocates the memory that an operation keeps between its passes: a transformed filter (WINOGRAD), followed in training by the one for
 * the gradient of the input; or where each maximum of a pooling was found (a byte per output for windows of 2×2, else planes of words).
 */
function takeExtra(
  kernel: Kernel,
  layer: NetworkLayer,
  regions: { arena: Region; filters: Region },
  phases: Phases,
  training: boolean,
): number {
  if (kernel === WINOGRAD) return regions.filters.take((training ? 2 : 1) * winogradFilter(layer));
  if ((kernel === CONV2D || kernel === CONV3X3) && training)
    return regions.filters.take(sizeOf(layer.parameters[0].shape));
  if (kernel === CONV2D_WINOGRAD) {
    const sizes = tiledSizes(layer as Convolution, training);
    const { inputs, outputs, gradientInputs, gradientOutputs } = sizes;
    const filterBytes = (to: number, from: number) =>
      tiledBytes(sizes.tile, sizes.shifts ** 2 * to, 4 * from);
    const backward = training ? filterBytes(gradientOutputs, gradientInputs) : 0;
    return regions.filters.take((filterBytes(outputs, inputs) + backward) / 4);
  }
  if (kernel === WINOGRAD_GRADIENT && training) return regions.filters.take(winogradFilter(layer));
  if (kernel === MAXPOOL2X2) return regions.arena.take(sizeOf(layer.output) / 4);
  return kernel === MAXPOOL2D ? regions.arena.take((layer.output[0] ?? 0) * phases.plane) : 0;
}

/** Returns the sizes of the phases of a layer's input, or zeros if its kernel uses none. */
function placePhases(kernel: Kernel, layer: NetworkLayer, x: TensorPlace, tiled?: TiledSizes): Phases {
  const hasPhases = kernel === CONV2D || kernel === CONV2D_WINOGRAD || kernel === MAXPOOL2D;
  if (!hasPhases || !('stride' in layer)) return { count: 0, row: 0, plane: 0 };
  const isInPlace = kernel === CONV2D && isPlain(layer);
  if (isInPlace) return { ...phasesOf(layer, x.row), count: 0 };
  if (!tiled) return phasesOf(layer);
  // Tiles of the gradient must not run into the next row.
  const tiles = Math.ceil((layer.output[2] ?? 0) / 4) + tiled.shifts - 1;
  return phasesOf(layer, undefined, 4 * tiles);
}

/** Floats of the transformed filter of a convolution. */
const winogradFilter = ({ parameters }: NetworkLayer): number => (16 * sizeOf(parameters[0].shape)) / 9;

/**
 * Allocates a tensor and its gradient. The kernels of 3×3 convolutions and of 2×2 pooling expect planes with zeros around them and
 * after every row (assembly/conv3x3.ts). All other tensors lie without gaps.
 */
function placeTensor(
  arena: Region,
  shape: Shape,
  producer: Kernel | undefined,
  consumer: Kernel | undefined,
  training: boolean,
): TensorPlace {
  const [channels, height, width] = shape.length === 3 ? shape : [...shape, 1, 1];
  const hasZeros = isPadded(consumer) || consumer === MAXPOOL2X2;
  const planes = hasZeros ? paddedPlane(height, width + 1) : { row: width, above: 0, plane: height * width };
  return takeTensor(arena, [channels, height, width], planes, producer !== undefined && training);
}

/**
 * Allocates the output of a 3×3 convolution, whose rows are as long as those of `x`. Without padding, it is the inside of the padded
 * output.
 */
function placeConvolved(arena: Region, layer: NetworkLayer, x: TensorPlace, training: boolean): TensorPlace {
  const [channels = 0, height = 0, width = 0] = layer.output;
  const planes = paddedPlane(x.shape[1], x.row);
  const inset = height < x.shape[1] ? x.row + 1 : 0;
  return takeTensor(arena, [channels, height, width], { ...planes, above: planes.above + inset }, training);
}

function takeTensor(
  arena: Region,
  shape: TensorPlace['shape'],
  { row, above, plane }: Planes,
  hasGradient: boolean,
): TensorPlace {
  // CONV2D reads up to a vector past the last pixel, in which a stale NaN would spoil a sum.
  const take = () => arena.take(shape[0] * plane + VECTOR_FLOATS) + 4 * above;
  return { offset: take(), gradient: hasGradient ? take() : 0, shape, row, plane };
}

/** Sizes of a tensor's planes in floats: from row to row, from the start to the first pixel, and from plane to plane. */
interface Planes {
  row: number;
  above: number;
  plane: number;
}

/** Returns the sizes of planes with zeros around their images. */
export function paddedPlane(height: number, row: number): Planes {
  const above = roundUp(row + 1, VECTOR_FLOATS);
  const body = roundUp(height * row, BLOCK_FLOATS);
  // Winograd's convolution reads up to six floats past the row below the image.
  const below = roundUp(row + 8, VECTOR_FLOATS);
  return { row, above, plane: above + body + below };
}

/** Returns whether a kernel is a convolution over planes with zeros around them. */
const isPadded = (kernel: number | undefined): boolean =>
  kernel === CONV3X3 || kernel === WINOGRAD || kernel === WINOGRAD_GRADIENT;

/** Returns the operations with the addresses of their transformed filters, which the layout gives as offsets from `filters`. */
export const withFilters = ({ operations }: Layout, filters: number): Operation[] =>
  operations.map((operation) =>
    isPadded(operation.kind) || operation.kind === CONV2D || operation.kind === CONV2D_WINOGRAD
      ? { ...operation, extra: filters + operation.extra }
      : operation,
  );

const roundUp = (size: number, multiple: number): number => Math.ceil(size / multiple) * multiple;

/** Floats from a tensor's first element to its last, in whole vectors: the input size of a linear layer's kernel. */
function vectorFloats({ shape: [channels, height, width], row, plane }: TensorPlace): number {
  return roundUp((channels - 1) * plane + (height - 1) * row + width, VECTOR_FLOATS);
}

function placeParameters(region: Region, layer: NetworkLayer, x: TensorPlace): ParameterPlace[] {
  return layer.parameters.map(({ name, shape }) => {
    const size = sizeOf(shape);
    if (layer.kind !== 'linear' || shape.length === 1) {
      return { name, offset: region.take(size), shape: [1, 1, 1, size], strides: [size, size, size] };
    }
    // A row per output, with the gaps of the layer's input.
    const inputs = vectorFloats(x);
    return {
      name,
      offset: region.take(layer.outFeatures * inputs),
      shape: [layer.outFeatures, ...x.shape],
      strides: [inputs, x.plane, x.row],
    };
  });
}

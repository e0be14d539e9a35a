/**
 * @file Divides a network into stages and a head. A stage is a convolution or a pooling with the ReLU and the pooling behind it; the head is
 * the linear layers at the end. Each image has a region of the arena. This file assigns every tensor an offset in the region, in floats.
 */
import { ExplainedError } from '#shared/errors.ts';
import type { Conv, Linear, Pool } from '#shared/model/forward.ts';
import { type Network, type Shape, sizeOf } from '#shared/model/spec.ts';

/** The tensors of a stage or of a layer of the head, as offsets in the region of an image. */
interface Placed {
  /** Shape of the output behind the ReLU and the pooling. */
  output: Shape;
  /** Whether a ReLU follows. */
  relu: boolean;
  /** Input. Undefined if the input is the pixels of the batch. */
  x: number | undefined;
  /** Output behind the ReLU and the pooling. */
  y: number;
  /** Gradient of the layer's own output, before the ReLU and the pooling. */
  dy: number;
  /** Index of the first weight among a replica's parameters. The biases follow the weights. */
  parameters: number;
}

export interface ConvStage extends Placed {
  kind: 'conv2d';
  layer: Conv;
  /** Edge of the pooling windows behind the ReLU, which do not overlap. 1 without a pooling. */
  window: number;
  /** Index of each window's maximum in the window. */
  argmax: number;
  /** Gradient of the parameters summed over a slice, in the region of the slice's first image. */
  partial: number;
  /** Number of images in a slice. */
  slice: number;
}

export interface PoolStage extends Placed {
  kind: 'maxPool2d';
  layer: Pool;
  /** Index of each window's maximum in the plane of the input. */
  argmax: number;
}

export type Stage = ConvStage | PoolStage;

export interface HeadLayer extends Placed {
  layer: Linear;
}

export interface Stages {
  stages: readonly Stage[];
  head: readonly HeadLayer[];
  classes: number;
  /** Offset of an image's logits. */
  logits: number;
  /** Offset of an image's loss. */
  loss: number;
  /** Floats of an image's region. */
  region: number;
  /** Number of a replica's parameters. */
  parameters: number;
}

/** Output positions of a slice: eight for each thread of a workgroup, which keeps the threads busy. */
const SLICE_POSITIONS = 512;
/** Largest window of a pooling that is fused into the convolution. Larger ones would need more sums than a thread has registers. */
const FUSED_WINDOW = 3;
/** Floats of a cache line. Every tensor begins at a multiple of it. */
const LINE = 32;

/** @throws ExplainedError of kind `model` when the network has neither a convolution, a pooling nor a linear layer */
export function stagesOf(network: Network): Stages {
  const stages: Stage[] = [];
  const head: HeadLayer[] = [];
  const unplaced = { relu: false, x: undefined, y: 0, dy: 0, argmax: 0, partial: 0 };
  let parameters = 0;
  for (const layer of network.layers) {
    const last = stages.at(-1);
    const fresh = { ...unplaced, parameters, output: layer.output };
    if (layer.kind === 'conv2d')
      stages.push({ ...fresh, kind: layer.kind, layer, window: 1, slice: sliceOf(layer) });
    else if (layer.kind === 'linear') head.push({ ...fresh, layer });
    else if (layer.kind === 'relu') rectify(head.at(-1) ?? last);
    else if (layer.kind === 'maxPool2d') {
      if (last?.kind !== 'conv2d' || !fuses(last, layer)) stages.push({ ...fresh, kind: layer.kind, layer });
      else Object.assign(last, { window: layer.kernelSize, output: layer.output });
    }
    parameters += layer.parameters.reduce((sum, { shape }) => sum + sizeOf(shape), 0);
  }
  const last = head.at(-1) ?? stages.at(-1);
  if (!last) {
    const what = `the network ${network.name} has no parameters`;
    throw new ExplainedError({ kind: 'model', what, expected: 'a layer with weights' });
  }
  const { loss, region } = assignOffsets(stages, head);
  return { stages, head, classes: sizeOf(network.output), logits: last.y, loss, region, parameters };
}

/**
 * Fuses a ReLU into the layer before it. A ReLU on the pixels has no effect, since they are not negative. Max pooling and ReLU can be
 * exchanged, so the position relative to a pooling does not matter.
 */
function rectify(layer: Placed | undefined): void {
  if (layer) layer.relu = true;
}

const fuses = ({ window }: ConvStage, { kernelSize, stride }: Pool) =>
  window === 1 && kernelSize === stride && kernelSize <= FUSED_WINDOW;

const sliceOf = ({ output }: Conv) => Math.ceil(SLICE_POSITIONS / sizeOf(output.slice(1)));

/** Assigns an offset to every tensor. */
function assignOffsets(stages: Stage[], head: HeadLayer[]): { loss: number; region: number } {
  let region = 0;
  const place = (floats: number): number => {
    const at = region;
    region += Math.ceil(floats / LINE) * LINE;
    return at;
  };
  let x: number | undefined;
  for (const each of [...stages, ...head]) {
    each.x = x;
    x = each.y = place(sizeOf(each.output));
    each.dy = place(sizeOf(each.layer.output));
    if (!('kind' in each)) continue;
    if (each.kind === 'maxPool2d' || each.window > 1) each.argmax = place(sizeOf(each.output));
    if (each.kind === 'conv2d')
      each.partial = place(each.layer.parameters.reduce((sum, { shape }) => sum + sizeOf(shape), 0));
  }
  return { loss: place(1), region };
}

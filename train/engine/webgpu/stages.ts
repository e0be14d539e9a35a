/**
 * @file A network as the GPU computes it: stages, each a convolution or a pooling with the ReLU and the pooling behind it, and a
 * head of linear layers. Says where every tensor of an image lies in its region of the arena, in floats.
 */
import { ExplainedError } from '#shared/errors.ts';
import type { Conv, Linear, Pool } from '#shared/model/forward.ts';
import { type Network, type Shape, sizeOf } from '#shared/model/spec.ts';

/** A layer of a stage or the head with its places. `x` undefined: the pixels of the batch. */
interface Placed {
  output: Shape;
  relu: boolean;
  x: number | undefined;
  /** Output, behind the ReLU and the pooling. */
  y: number;
  /** Gradient of what the layer itself computes, before the ReLU and the pooling. */
  dy: number;
  /** First of its parameters, weights before biases, in a replica's parameters. */
  parameters: number;
}

export interface ConvStage extends Placed {
  kind: 'conv2d';
  layer: Conv;
  /** Edge of the pooling windows behind the ReLU, which lie side by side; 1: no pooling. */
  window: number;
  /** Which place of each window was taken. */
  where: number;
  /** A slice's sum of the parameters' gradients, in the region of its first image. */
  partial: number;
  /** Images of a slice. */
  slice: number;
}

export interface PoolStage extends Placed {
  kind: 'maxPool2d';
  layer: Pool;
  /** Which pixel of the input's plane was taken. */
  where: number;
}

export type Stage = ConvStage | PoolStage;

export interface HeadLayer extends Placed {
  layer: Linear;
}

export interface Stages {
  stages: readonly Stage[];
  head: readonly HeadLayer[];
  classes: number;
  /** Of the logits of an image. */
  logits: number;
  /** Of the loss of an image. */
  loss: number;
  /** Floats of an image's region. */
  region: number;
  /** Floats of a replica's parameters. */
  parameters: number;
}

/** Positions of a slice that keep the threads of a workgroup busy, eight each. */
const SLICE_POSITIONS = 512;
/** Larger windows would need more sums at a time than a thread has registers. */
const FUSED_WINDOW = 3;
/** Floats of a cache line: tensors begin on one. */
const LINE = 32;

/** @throws ExplainedError of kind `model` when the network has no layer that computes something */
export function stagesOf(network: Network): Stages {
  const stages: Stage[] = [];
  const head: HeadLayer[] = [];
  const nowhere = { relu: false, x: undefined, y: 0, dy: 0, where: 0, partial: 0 };
  let parameters = 0;
  for (const layer of network.layers) {
    const last = stages.at(-1);
    const fresh = { ...nowhere, parameters, output: layer.output };
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
    const what = `${network.name} has nothing to train`;
    throw new ExplainedError({ kind: 'model', what, expected: 'a layer with weights' });
  }
  const { loss, region } = layOut(stages, head);
  return { stages, head, classes: sizeOf(network.output), logits: last.y, loss, region, parameters };
}

/** Pixels are never negative: on them it changes nothing. Behind a pooling it does what it would do before it. */
function rectify(layer: Placed | undefined): void {
  if (layer) layer.relu = true;
}

const fuses = ({ window }: ConvStage, { kernelSize, stride }: Pool) =>
  window === 1 && kernelSize === stride && kernelSize <= FUSED_WINDOW;

const sliceOf = ({ output }: Conv) => Math.ceil(SLICE_POSITIONS / sizeOf(output.slice(1)));

/** Gives every tensor its place. */
function layOut(stages: Stage[], head: HeadLayer[]): { loss: number; region: number } {
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
    if (each.kind === 'maxPool2d' || each.window > 1) each.where = place(sizeOf(each.output));
    if (each.kind === 'conv2d')
      each.partial = place(each.layer.parameters.reduce((sum, { shape }) => sum + sizeOf(shape), 0));
  }
  return { loss: place(1), region };
}

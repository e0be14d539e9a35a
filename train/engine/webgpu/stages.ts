/**
 * @file A network as the GPU computes it: stages, each a convolution or a pooling with the ReLU and the pooling behind it, and a
 * head of linear layers. Says where every tensor of an image lies in its region of the arena, in floats.
 */
import { ExplainedError } from '#shared/errors.ts';
import type { Conv, Linear, Pool } from '#shared/model/forward.ts';
import { type Network, type Shape, sizeOf } from '#shared/model/spec.ts';

/** A layer of a stage or the head with its places. `x` undefined: the pixels of the batch. */
interface Placed {
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
  output: Shape;
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
  output: Shape;
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

export function stagesOf(network: Network): Stages {
  const stages: Stage[] = [];
  const head: HeadLayer[] = [];
  let [region, parameters] = [0, 0];
  const place = (floats: number): number => {
    const at = region;
    region += Math.ceil(floats / LINE) * LINE;
    return at;
  };
  for (const layer of network.layers) {
    const previous = head.at(-1) ?? stages.at(-1);
    const placed = { relu: false, x: previous?.y, parameters };
    const { output } = layer;
    parameters += layer.parameters.reduce((sum, { shape }) => sum + sizeOf(shape), 0);
    if (layer.kind === 'linear') {
      head.push({ ...placed, layer, y: place(sizeOf(output)), dy: place(sizeOf(output)) });
    } else if (layer.kind === 'relu') {
      // Pixels are never negative: on them it changes nothing. Behind a pooling it does what it would do before it.
      if (previous) previous.relu = true;
    } else if (layer.kind === 'conv2d') {
      stages.push({
        ...{ ...placed, kind: 'conv2d', layer, window: 1, output, where: 0 },
        ...{ y: place(sizeOf(output)), dy: place(sizeOf(output)) },
        partial: place(parameters - placed.parameters),
        slice: Math.ceil(SLICE_POSITIONS / sizeOf(output.slice(1))),
      });
    } else if (layer.kind === 'maxPool2d') {
      const stage = stages.at(-1);
      const [y, where] = [place(sizeOf(output)), place(sizeOf(output))];
      if (stage?.kind === 'conv2d' && stage.window === 1 && fuses(layer)) {
        Object.assign(stage, { window: layer.kernelSize, output, y, where });
      } else {
        stages.push({ ...placed, kind: 'maxPool2d', layer, output, y, where, dy: place(sizeOf(output)) });
      }
    }
  }
  const last = head.at(-1) ?? stages.at(-1);
  if (!last) {
    throw new ExplainedError({
      kind: 'model',
      what: `${network.name} has nothing to train`,
      expected: 'a layer with weights',
    });
  }
  const [classes, loss] = [sizeOf(network.output), place(1)];
  return { stages, head, classes, logits: last.y, loss, region, parameters };
}

const fuses = ({ kernelSize, stride }: Pool) => kernelSize === stride && kernelSize <= FUSED_WINDOW;

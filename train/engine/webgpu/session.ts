/** @file A session of the webgpu engine: its steps, inferences and reads as items of its group's queue. */
import { type Network, sizeOf, type Weights } from '#shared/model/spec.ts';
import { optimizerNumbers } from '../cpu/optimizer.ts';
import type { EngineSession } from '../engine.ts';
import { bufferNames, type Optimizer, type OptimizerState } from '../optimizer.ts';
import type { Group } from './group.ts';
import type { Inference, Step } from './rounds.ts';

/** Images of one round when nothing is trained. */
const INFER_BATCH = 32;

export function openSession(
  group: Group,
  network: Network,
  initial: Weights,
  optimizer: Optimizer,
  state: OptimizerState,
): EngineSession {
  const names = bufferNames(optimizer);
  const tensors = [initial, ...names.map((name) => state.buffers.get(name) as Weights)];
  const replica = group.join(Float32Array.from(tensors.flatMap((values) => flat(network, values))));
  const { parameterCount } = network;
  let { steps } = state;
  let unread: Step[] = [];

  /** Waits for all that is queued, and for some of the replica's floats. */
  const read = (first = 0, floats = 0): Promise<Float32Array<ArrayBuffer>> =>
    new Promise((resolve, reject) => {
      const values = new Float32Array(floats);
      group.enqueue(replica, { kind: 'read', first, values, resolve: () => resolve(values), reject });
    });

  return {
    step(batch, learningRate = optimizer.learningRate) {
      const numbers = optimizerNumbers({ ...optimizer, learningRate }, steps + 1);
      const step: Step = { kind: 'step', ...group.examples.add(batch), numbers, loss: Number.NaN };
      group.enqueue(replica, step);
      steps++;
      unread.push(step);
    },
    async losses() {
      const asked = unread;
      unread = [];
      if (asked.length > 0) await read();
      return asked.map(({ loss }) => loss);
    },
    async logits(images, count) {
      const pixels = sizeOf(network.input);
      const parts: Inference[] = [];
      for (let first = 0; first < count; first += INFER_BATCH) {
        const labels = new Uint8Array(Math.min(INFER_BATCH, count - first));
        const examples = group.examples.add({ images: images.subarray(first * pixels), labels });
        parts.push({ kind: 'inference', ...examples, logits: new Float32Array() });
      }
      for (const part of parts) group.enqueue(replica, part);
      await read();
      const all = new Float32Array(count * sizeOf(network.output));
      for (const [i, { logits }] of parts.entries())
        all.set(logits, i * INFER_BATCH * sizeOf(network.output));
      return all;
    },
    async weights() {
      return tensorsOf(network, await read(0, parameterCount));
    },
    async optimizerState() {
      const done = steps;
      const values = await read(parameterCount, names.length * parameterCount);
      const buffer = (i: number) => values.subarray(i * parameterCount, (i + 1) * parameterCount);
      return { steps: done, buffers: new Map(names.map((name, i) => [name, tensorsOf(network, buffer(i))])) };
    },
    close() {
      group.leave(replica);
    },
  };
}

/** All values in the network's order. */
const flat = ({ parameters }: Network, values: Weights): number[] =>
  parameters.flatMap(({ name }) => [...(values.get(name) as Float32Array)]);

function tensorsOf({ parameters }: Network, values: Float32Array<ArrayBuffer>): Weights {
  let at = 0;
  return new Map(
    parameters.map(({ name, shape }) => {
      at += sizeOf(shape);
      return [name, values.slice(at - sizeOf(shape), at)];
    }),
  );
}

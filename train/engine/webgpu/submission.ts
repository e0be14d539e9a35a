/** @file Rounds as commands: the records of every step, the dispatches, the copies to what is read back; one submission. */
/// <reference types="@webgpu/types" />
import { RECORD } from './kernels/common.wgsl.ts';
import { GRID_ROW } from './kernels/kernel.ts';
import { type Memory, RECORD_BYTES } from './memory.ts';
import type { Inference, Read, Round, Step } from './rounds.ts';

/** A kernel ready to run. */
export interface Dispatch {
  pipeline: GPUComputePipeline;
  groups: (count: number) => number;
}

export interface Pipelines {
  step: readonly Dispatch[];
  inference: readonly Dispatch[];
}

/** Losses and logits on the GPU that have not been read back, in the order of `results`. */
export interface Results {
  items: (Step | Inference)[];
  floats: number;
}

/** Writes the records of all rounds, and says where each of their results goes. */
export function writeRecords(
  memory: Memory,
  rounds: readonly Round[],
  results: Results,
  classes: number,
): void {
  const bytes = new ArrayBuffer(rounds.length * memory.row);
  const [integers, numbers] = [new Uint32Array(bytes), new Float32Array(bytes)];
  for (const [at, { kind, items }] of rounds.entries()) {
    if (kind === 'read') continue;
    for (const [place, item] of items.entries()) {
      if (!item) continue;
      const word = (at * memory.row + place * RECORD_BYTES) / 4;
      const { count, example } = item;
      const [arena, parameters] = [place * memory.arenaFloats, place * memory.replica];
      integers.set([count, example, arena, parameters, results.floats], word);
      if (item.kind === 'step') {
        const first = word + RECORD.integers.length;
        for (const [i, name] of RECORD.numbers.entries()) numbers[first + i] = item.numbers[name] ?? 0;
      }
      results.items.push(item);
      results.floats += item.kind === 'step' ? 1 : count * classes;
    }
  }
  memory.steps.write(0, integers);
  memory.results.reserve(4 * results.floats);
}

/** The dispatches of all rounds, and the copies to what is read back: the results first if anything is, then the reads in order. */
export function encodeRounds(
  encoder: GPUCommandEncoder,
  pipelines: Pipelines,
  memory: Memory,
  rounds: readonly Round[],
  results: Results,
): void {
  const bindings = memory.bindings();
  let pass: GPUComputePassEncoder | undefined;
  let to = 4 * results.floats;
  for (const [at, { kind, items }] of rounds.entries()) {
    if (kind === 'read') {
      pass?.end();
      pass = undefined;
      for (const [place, read] of items.entries()) {
        if (!read) continue;
        const from = 4 * (place * memory.replica + read.first);
        encoder.copyBufferToBuffer(
          memory.parameters.buffer,
          from,
          memory.back.buffer,
          to,
          read.values.byteLength,
        );
        to += read.values.byteLength;
      }
    } else {
      pass ??= encoder.beginComputePass();
      pass.setBindGroup(0, bindings, [at * memory.row]);
      const most = items.reduce((count, item) => Math.max(count, item?.count ?? 0), 0);
      for (const { pipeline, groups } of pipelines[kind]) {
        const workgroups = groups(most);
        pass.setPipeline(pipeline);
        pass.dispatchWorkgroups(
          Math.min(workgroups, GRID_ROW),
          Math.ceil(workgroups / GRID_ROW),
          items.length,
        );
      }
    }
  }
  pass?.end();
}

/** Hands out what was read back: results first, then the reads in the order of their rounds. */
export function deliver(
  values: Float32Array,
  results: Results,
  reads: readonly Read[],
  classes: number,
): void {
  let at = 0;
  for (const item of results.items) {
    if (item.kind === 'step') item.loss = values[at++];
    else {
      item.logits = values.slice(at, at + item.count * classes);
      at += item.logits.length;
    }
  }
  for (const read of reads) {
    read.values.set(values.subarray(at, at + read.values.length));
    at += read.values.length;
  }
}

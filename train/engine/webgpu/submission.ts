/** @file Encodes rounds as one submission: the records of the steps, the dispatches, and the copies to the readback buffer. */
/// <reference types="@webgpu/types" />
import { RECORD } from './kernels/common.wgsl.ts';
import { GRID_ROW } from './kernels/kernel.ts';
import { type Memory, RECORD_BYTES } from './memory.ts';
import type { Inference, Read, Round, Step } from './rounds.ts';

/** A compiled kernel. */
export interface Dispatch {
  pipeline: GPUComputePipeline;
  /** Returns the workgroups of one replica with a batch of `count` images. */
  groups: (count: number) => number;
}

export interface Pipelines {
  step: readonly Dispatch[];
  inference: readonly Dispatch[];
}

/** The losses and logits that are on the GPU and have not been read back. */
export interface Results {
  /** In the order of their values in the results buffer. */
  items: (Step | Inference)[];
  /** Number of their values. */
  floats: number;
}

/** Writes the records of all rounds, and appends their items to `results`. */
export function writeRecords(
  memory: Memory,
  rounds: readonly Round[],
  results: Results,
  classes: number,
): void {
  const bytes = new ArrayBuffer(rounds.length * memory.recordStride);
  const [integers, numbers] = [new Uint32Array(bytes), new Float32Array(bytes)];
  for (const [at, { kind, items }] of rounds.entries()) {
    if (kind === 'read') continue;
    for (const [place, item] of items.entries()) {
      if (!item) continue;
      const word = (at * memory.recordStride + place * RECORD_BYTES) / 4;
      const { count, example } = item;
      const [arena, parameters] = [place * memory.arenaStride, place * memory.replicaFloats];
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

/**
 * Encodes the dispatches of all rounds and the copies of the read values. In the readback buffer, these values lie behind the results, which
 * the caller copies.
 */
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
      to = encodeReads(encoder, memory, items, to);
    } else {
      pass ??= encoder.beginComputePass();
      pass.setBindGroup(0, bindings, [at * memory.recordStride]);
      encodeDispatches(pass, pipelines[kind], items);
    }
  }
  pass?.end();
}

/** @returns the offset behind the last copied value, in bytes */
function encodeReads(
  encoder: GPUCommandEncoder,
  { parameters, readback, replicaFloats }: Memory,
  items: readonly (Read | undefined)[],
  to: number,
): number {
  for (const [place, read] of items.entries()) {
    if (!read) continue;
    const from = 4 * (place * replicaFloats + read.first);
    encoder.copyBufferToBuffer(parameters.buffer, from, readback.buffer, to, read.values.byteLength);
    to += read.values.byteLength;
  }
  return to;
}

function encodeDispatches(
  pass: GPUComputePassEncoder,
  dispatches: readonly Dispatch[],
  items: readonly (Step | Inference | undefined)[],
): void {
  const most = items.reduce((count, item) => Math.max(count, item?.count ?? 0), 0);
  for (const { pipeline, groups } of dispatches) {
    const workgroups = groups(most);
    pass.setPipeline(pipeline);
    pass.dispatchWorkgroups(Math.min(workgroups, GRID_ROW), Math.ceil(workgroups / GRID_ROW), items.length);
  }
}

/**
 * Stores the values of the readback buffer in the items.
 * @param values the results, then the reads in the order of their rounds
 */
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

/**
 * @file WGSL that all kernels share: the bindings of the one bind group, and helper functions. A dispatch has the size [workgroups, rows of
 * workgroups, replicas]. Everything that differs between replicas and between steps is in a record.
 */
import type { Stages } from '../stages.ts';
import { GRID_ROW } from './kernel.ts';

/** Fields of a record, each a 32-bit word, in order: integers, then the coefficients of the optimizer (engine/coefficients.ts). */
export const RECORD = {
  integers: ['count', 'example', 'arena', 'parameters', 'result'],
  numbers: [
    ...['learningRate', 'weightDecay', 'momentum', 'beta1', 'rest1', 'beta2', 'rest2', 'epsilon'],
    ...['correction', 'keep', 'averaging', 'labelSmoothing'],
  ],
  words: 20,
} as const;

export const common = ({ region }: Pick<Stages, 'region'>): string => `
struct Step {
  count: u32,       // images of the batch; 0 if this replica has no item in the round
  example: u32,     // index of the batch's first example
  arena: u32,       // offset of the replica's arena
  parameters: u32,  // offset of the replica's parameters, which the optimizer's buffers follow
  result: u32,      // offset of the loss or the logits in the results
  ${RECORD.numbers.map((name) => `${name}: f32`).join(', ')},
  ${Array.from({ length: RECORD.words - RECORD.integers.length - RECORD.numbers.length }, (_, i) => `unused${i}: u32`).join(', ')},
}
struct Example {
  place: u32,    // offset of its pixels, in words
  targets: u32,  // offset of its targets, in words
}
@group(0) @binding(0) var<storage, read> steps: array<Step>;
@group(0) @binding(1) var<storage, read> examples: array<Example>;
@group(0) @binding(2) var<storage, read> pixels: array<u32>;
@group(0) @binding(3) var<storage, read_write> parameters: array<f32>;
@group(0) @binding(4) var<storage, read_write> arena: array<f32>;
@group(0) @binding(5) var<storage, read_write> results: array<f32>;

fn groupOf(id: vec3<u32>) -> u32 { return id.x + id.y * ${GRID_ROW}u; }

fn regionOf(step: Step, n: u32) -> u32 { return step.arena + n * ${region}u; }

fn targetOf(place: u32, k: u32) -> f32 { return bitcast<f32>(pixels[place + k]); }

fn pixel(place: u32, i: u32) -> f32 {
  let word = pixels[place + i / 4u];
  return f32(extractBits(word, 8u * (i % 4u), 8u)) / 255.0;
}
`;

/**
 * Returns WGSL for reading a layer's input: `x(xOf(step, n), i)` is element i for image n of the batch.
 * @param offset offset of the input in the image's region; undefined for the pixels
 */
export const inputReader = (offset: number | undefined): string =>
  offset === undefined
    ? `
fn xOf(step: Step, n: u32) -> u32 { return examples[step.example + n].place; }
fn x(origin: u32, i: u32) -> f32 { return pixel(origin, i); }
`
    : `
fn xOf(step: Step, n: u32) -> u32 { return regionOf(step, n) + ${offset}u; }
fn x(origin: u32, i: u32) -> f32 { return arena[origin + i]; }
`;

/**
 * @file What every kernel sees: one bind group for all of them. A dispatch is [workgroups, rows of workgroups, replicas]; what
 * differs from replica to replica and from step to step is in a record.
 */
import type { Stages } from '../stages.ts';
import { GRID_ROW } from './kernel.ts';

/** 32-bit words of a record, in order: whole numbers, then the optimizer's (cpu/optimizer.ts). */
export const RECORD = {
  integers: ['count', 'example', 'arena', 'parameters', 'result'],
  numbers: [
    ...['learningRate', 'weightDecay', 'momentum', 'beta1', 'rest1', 'beta2', 'rest2', 'epsilon'],
    'correction',
  ],
  words: 16,
} as const;

export const common = ({ region }: Pick<Stages, 'region'>): string => `
struct Step {
  count: u32,       // images of the batch; 0: nothing to do for this replica
  example: u32,     // its first
  arena: u32,       // its first float
  parameters: u32,  // its first, buffers of the optimizer behind them
  result: u32,      // where the loss goes, or the logits
  ${RECORD.numbers.map((name) => `${name}: f32`).join(', ')},
  ${Array.from({ length: RECORD.words - RECORD.integers.length - RECORD.numbers.length }, (_, i) => `unused${i}: u32`).join(', ')},
}
struct Example {
  place: u32,  // of its pixels, in words
  label: u32,
}
@group(0) @binding(0) var<storage, read> steps: array<Step>;
@group(0) @binding(1) var<storage, read> examples: array<Example>;
@group(0) @binding(2) var<storage, read> pixels: array<u32>;
@group(0) @binding(3) var<storage, read_write> parameters: array<f32>;
@group(0) @binding(4) var<storage, read_write> arena: array<f32>;
@group(0) @binding(5) var<storage, read_write> results: array<f32>;

fn groupOf(id: vec3<u32>) -> u32 { return id.x + id.y * ${GRID_ROW}u; }

fn regionOf(step: Step, n: u32) -> u32 { return step.arena + n * ${region}u; }

fn pixel(place: u32, i: u32) -> f32 {
  let word = pixels[place + i / 4u];
  return f32(extractBits(word, 8u * (i % 4u), 8u)) / 255.0;
}
`;

/** `x(xOf(step, n), i)`: element i of a layer's input for image n, at `offset` in its region, or pixels. */
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

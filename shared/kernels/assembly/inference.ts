/** @file The entry of inference.wasm, for the Worker and browsers: inference on one thread and unshared memory. */
import { forward, transformFilter } from './layers';
import { opAt } from './plan';

/** Transforms the filters, once for all images. */
export function prepare(ops: usize, opCount: i32, parameters: usize): void {
  for (let i = 0; i < opCount; i++) transformFilter(opAt(ops, i), parameters);
}

/** Runs `opCount` operations on the image in the arena. The logits are the output of the last operation. */
export function infer(ops: usize, opCount: i32, parameters: usize, arena: usize, scratch: usize): void {
  for (let i = 0; i < opCount; i++) forward(opAt(ops, i), parameters, arena, scratch);
}

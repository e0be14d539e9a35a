/** @file Inference alone, on one thread and plain memory: what a Worker or a browser needs. */
import { forward } from './layers';
import { opAt } from './plan';

/** Computes the network of `opCount` operations on the image in the arena; its logits are the output of the last one. */
export function infer(ops: usize, opCount: i32, parameters: usize, arena: usize): void {
  for (let i = 0; i < opCount; i++) forward(opAt(ops, i), parameters, arena);
}

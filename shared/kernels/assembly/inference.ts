/** @file Inference alone, on one thread and plain memory: what a Worker or a browser needs. */
import { forward } from './layers';
import { opAt } from './plan';

/**
 * Computes a network on the image that lies in the arena; its logits are the output of the last operation.
 *
 * @param ops `opCount` operations
 * @param scratch memory for intermediate results
 */
export function infer(ops: usize, opCount: i32, parameters: usize, arena: usize, scratch: usize): void {
  for (let i = 0; i < opCount; i++) forward(opAt(ops, i), parameters, arena, scratch);
}

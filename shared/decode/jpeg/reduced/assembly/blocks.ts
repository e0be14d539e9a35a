/** @file The blocks of a progressive image, which its scans complete step by step: where they are, and their samples. */
import { Component, componentAt } from './component';
import { u8_transform } from './entropy';
import { u8_flat } from './range';
import { Scan } from './scan';

const BLOCK_VALUES: usize = 64;

/**
 * Places the blocks of all components from an address on, and sets their masks to 0.
 * @returns the address after them, or 0 if the memory cannot grow
 */
export function placeBlocks(scan: Scan, from: usize): usize {
  const columns = ceilDiv(scan.width, scan.across * scan.scale);
  const rows = ceilDiv(scan.height, scan.down * scan.scale);
  let to = from;
  for (let i: usize = 0; i < <usize>scan.components; i++) {
    const component = componentAt(i);
    component.blocksAcross = i == 0 ? ceilDiv(scan.width, scan.scale) : columns;
    component.blocksDown = i == 0 ? ceilDiv(scan.height, scan.scale) : rows;
    component.blockStride = i == 0 ? columns * scan.across : columns;
    const count = <usize>(component.blockStride * rows * (i == 0 ? scan.down : 1));
    component.means = to;
    component.masks = component.size == 1 ? 0 : (to + 2 * count + 15) & ~15;
    component.values = component.masks + 8 * count;
    to = component.size == 1 ? to + 2 * count : component.values + 2 * BLOCK_VALUES * count;
    to = (to + 15) & ~15;
  }
  const pages = <i32>((to + 0xffff) >> 16) - memory.size();
  if (pages > 0 && memory.grow(pages) < 0) return 0;
  for (let i: usize = 0; i < <usize>scan.components; i++) {
    const component = componentAt(i);
    if (component.masks != 0) memory.fill(component.masks, 0, component.values - component.masks);
  }
  return to;
}

@inline
function ceilDiv(a: i32, b: i32): i32 {
  return (a + b - 1) / b;
}

/**
 * Writes the samples of a block. Overwrites others as `u8_transform` does.
 * @param index its number among the blocks of the component
 * @param block 128 bytes of zeros, which are so again afterwards
 * @returns false for values that no encoder writes
 */
export function u8_block(
  to: usize,
  stride: usize,
  component: Component,
  index: usize,
  block: usize,
  scratch: usize,
): bool {
  component.predictor = load<i16>(component.means + (index << 1));
  const values = component.values + ((index * BLOCK_VALUES) << 1);
  const places = component.places;
  const mask = load<u64>(component.masks + (index << 3));
  for (let rest = mask; rest != 0; rest &= rest - 1) {
    const k = <usize>ctz(rest);
    store<i16>(block + (<usize>load<u8>(places + k) << 1), load<i16>(values + (k << 1)));
  }
  return u8_transform(to, stride, component, mask == 0, block, scratch);
}

/** Returns the sample of a block of a component of size 1. */
@inline
export function u8_blockMean(component: Component, index: usize): i32 {
  return u8_flat(<i32>load<i16>(component.means + (index << 1)) * component.step);
}

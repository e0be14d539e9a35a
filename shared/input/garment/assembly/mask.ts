/** @file Kernels on masks: one byte a pixel, 255 inside and 0 outside. */
import { lanesOf } from './lanes';

/** y [count] = 255 where x ≥ bound, else 0. */
export function u8_threshold(y: usize, x: usize, bound: f32, count: i32): void {
  for (let i = 0; i < count; i += 4) {
    const inside = f32x4.ge(v128.load(x), f32x4.splat(bound));
    const halves = i16x8.narrow_i32x4_s(inside, inside);
    v128.store32_lane(y, i8x16.narrow_i16x8_s(halves, halves), 0);
    x += 16;
    y += 4;
  }
}

/**
 * A run is a range of equal pixels of a row: its first column, from bit 16 on the column after its last one, and in the highest bit
 * whether the pixels are inside the mask.
 */
const COLUMN: u32 = 0xffff;
const END_SHIFT: u32 = 16;
const INSIDE: u32 = 1 << 31;

@inline
function endOf(run: u32): u32 {
  return (run & ~INSIDE) >>> END_SHIFT;
}

/**
 * Components are sets of runs (Galler and Fischer 1964). `sets` has an int32 for each run: another run of its set, or for one run of each set
 * −(2 · pixels + 1 if the component touches the border), less MARK if it is to be painted over.
 */
const MARK = 1 << 30;

@inline
function setOf(sets: usize, run: i32): i32 {
  return load<i32>(sets + (<usize>run << 2));
}

/** Returns the run that has the pixels of the component. */
function rootOf(sets: usize, run: i32): i32 {
  let other = setOf(sets, run);
  while (other >= 0) {
    const next = setOf(sets, other);
    // Makes later searches shorter.
    if (next >= 0) store<i32>(sets + (<usize>run << 2), next);
    run = other;
    other = next;
  }
  return run;
}

function join(sets: usize, a: i32, b: i32): void {
  a = rootOf(sets, a);
  b = rootOf(sets, b);
  if (a == b) return;
  const pixelsA = -setOf(sets, a);
  const pixelsB = -setOf(sets, b);
  store<i32>(sets + (<usize>a << 2), -(((pixelsA & ~1) + (pixelsB & ~1)) | ((pixelsA | pixelsB) & 1)));
  store<i32>(sets + (<usize>b << 2), a);
}

/**
 * Finds the components of a mask [height, width]: pixels of equal value, connected by edges. Reads up to 15 bytes after a row. Writes the
 * runs of all rows, and their sets. Returns the number of runs.
 */
function findComponents(runs: usize, sets: usize, mask: usize, width: i32, height: i32, stride: i32): i32 {
  let above = 0;
  let count = 0;
  for (let y = 0; y < height; y++) {
    const first = count;
    const isOuter = y == 0 || y == height - 1;
    let start = 0;
    // The bits of 16 pixels, and then those that differ from the pixel before.
    let before: u32 = load<u8>(mask) >>> 7;
    for (let x = 0; x < width; x += 16) {
      const inside = <u32>i8x16.bitmask(v128.load(mask + x));
      let changes = (inside ^ ((inside << 1) | before)) & 0xffff;
      before = inside >>> 15;
      if (width - x < 16) changes &= (1 << (width - x)) - 1;
      for (; changes != 0; changes &= changes - 1) {
        const end = x + ctz(changes);
        addRun(runs, sets, count++, mask, start, end, isOuter || start == 0);
        start = end;
      }
    }
    addRun(runs, sets, count++, mask, start, width, true);
    let run = first;
    for (let other = above; y > 0 && other < first; ) {
      const a = load<u32>(runs + (<usize>other << 2));
      const b = load<u32>(runs + (<usize>run << 2));
      if (((a ^ b) & INSIDE) == 0) join(sets, other, run);
      if (endOf(b) <= endOf(a)) run++;
      if (endOf(a) <= endOf(b)) other++;
    }
    above = first;
    mask += stride;
  }
  return count;
}

function addRun(
  runs: usize,
  sets: usize,
  run: i32,
  mask: usize,
  start: i32,
  end: i32,
  isAtBorder: bool,
): void {
  const value = load<u8>(mask + start) ? INSIDE : 0;
  store<u32>(runs + (<usize>run << 2), start | (end << END_SHIFT) | value);
  store<i32>(sets + (<usize>run << 2), -(((end - start) << 1) | <i32>isAtBorder));
}

/**
 * Cleans a mask [height, width] in place: removes components smaller than `minComponent` of the largest, then fills holes of up
 * to `maxHole` of the remaining area.
 * @param runs scratch of 4 bytes for each pixel; so is `sets`
 */
export function u8_clean(
  mask: usize,
  runs: usize,
  sets: usize,
  minComponent: f32,
  maxHole: f32,
  width: i32,
  height: i32,
  stride: i32,
): void {
  let count = findComponents(runs, sets, mask, width, height, stride);
  const area = markSmall(runs, sets, count, minComponent);
  paintMarked(runs, sets, mask, 0, width, height, stride);
  count = findComponents(runs, sets, mask, width, height, stride);
  markHoles(runs, sets, count, maxHole * <f32>area);
  paintMarked(runs, sets, mask, 255, width, height, stride);
}

/** Marks components inside that are smaller than `minComponent` of the largest. Returns the number of pixels in the others. */
function markSmall(runs: usize, sets: usize, count: i32, minComponent: f32): i32 {
  let largest = 0;
  for (let run = 0; run < count; run++) {
    if (isComponent(runs, sets, run, INSIDE)) largest = max(largest, -setOf(sets, run) >> 1);
  }
  let area = 0;
  for (let run = 0; run < count; run++) {
    if (!isComponent(runs, sets, run, INSIDE)) continue;
    const size = -setOf(sets, run) >> 1;
    if (<f32>size >= minComponent * <f32>largest) area += size;
    else mark(sets, run);
  }
  return area;
}

/** Marks components outside of at most `maxSize` pixels that do not touch the border. */
function markHoles(runs: usize, sets: usize, count: i32, maxSize: f32): void {
  for (let run = 0; run < count; run++) {
    if (!isComponent(runs, sets, run, 0)) continue;
    const pixels = -setOf(sets, run);
    if (!(pixels & 1) && <f32>(pixels >> 1) <= maxSize) mark(sets, run);
  }
}

/** Returns whether a run has the pixels of a component inside (INSIDE) or outside (0) of the mask. */
@inline
function isComponent(runs: usize, sets: usize, run: i32, value: u32): bool {
  return (load<u32>(runs + (<usize>run << 2)) & INSIDE) == value && setOf(sets, run) < 0;
}

@inline
function mark(sets: usize, run: i32): void {
  store<i32>(sets + (<usize>run << 2), setOf(sets, run) - MARK);
}

/** Sets the pixels of marked components. */
function paintMarked(
  runs: usize,
  sets: usize,
  mask: usize,
  value: u8,
  width: i32,
  height: i32,
  stride: i32,
): void {
  let run = 0;
  for (let y = 0; y < height; y++) {
    let start: u32 = 0;
    do {
      const end = endOf(load<u32>(runs + (<usize>run << 2)));
      if (setOf(sets, rootOf(sets, run)) < -MARK) memory.fill(mask + start, value, end - start);
      start = end;
      run++;
    } while (start < <u32>width);
    mask += stride;
  }
}

/** y [count] = x clamped: at least `minInside` inside the mask, at most `maxOutside` outside. */
export function f32_clamp_to_mask(
  y: usize,
  x: usize,
  mask: usize,
  minInside: f32,
  maxOutside: f32,
  count: i32,
): void {
  for (let i = 0; i < count; i += 4) {
    const value = v128.load(x);
    const inside = f32x4.max(value, f32x4.splat(minInside));
    const outside = f32x4.min(value, f32x4.splat(maxOutside));
    v128.store(y, v128.bitselect(inside, outside, lanesOf(mask)));
    x += 16;
    y += 16;
    mask += 4;
  }
}

/**
 * box [4] = left, top, right, bottom of the smallest box around mask [height, width]; right and bottom are exclusive. Right is 0
 * for an empty mask.
 */
export function i32_bounding_box(box: usize, mask: usize, width: i32, height: i32, stride: i32): void {
  let left = width;
  let right = 0;
  let top = height;
  let bottom = 0;
  for (let y = 0; y < height; y++) {
    let first = 0;
    while (first < width && !load<u8>(mask + first)) first += 1;
    if (first < width) {
      let last = width;
      while (!load<u8>(mask + last - 1)) last -= 1;
      left = min(left, first);
      right = max(right, last);
      top = min(top, y);
      bottom = y + 1;
    }
    mask += stride;
  }
  store<i32>(box, left);
  store<i32>(box, top, 4);
  store<i32>(box, right, 8);
  store<i32>(box, bottom, 12);
}

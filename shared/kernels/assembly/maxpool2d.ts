/** @file Max pooling over windows of any size and stride, for one image, on the planes of phases.ts. Windows may overlap. */
import { aboveOf, fromPhase, fromPlane, phasesOf, toPhases, toPlanes } from './phases';
import { Operation } from './plan';
import { VECTOR } from './simd';

/** Returns the offset of a tap, in bytes from the first phase. */
@inline
function tapAt(op: Operation, ky: i32, kx: i32): usize {
  const phase = (ky % op.stride) * phasesOf(op) + (kx % op.stride);
  return <usize>phase * op.phasePlane + <usize>(ky / op.stride) * op.phaseRow + ((<usize>(kx / op.stride)) << 2);
}

@inline
function outputBytes(op: Operation): usize {
  return <usize>op.yHeight * op.phaseRow;
}

/**
 * y [outputs, yHeight, yWidth] = the maxima of x.
 * @param argmax words [outputs] of op.phasePlane bytes, output: the tap of each maximum, the first of equal ones
 * @param scratch the phases of a channel, and a plane
 */
export function f32_maxpool2d(op: Operation, y: usize, argmax: usize, x: usize, scratch: usize): void {
  const phases = phasesOf(op);
  const result = scratch + <usize>(phases * phases) * op.phasePlane;
  for (let c = 0; c < op.outputs; c++) {
    toPhases(op, scratch, x + <usize>c * op.xPlane, 1);
    for (let at: usize = 0; at < outputBytes(op); at += VECTOR) {
      let best = v128.load(scratch + at);
      let which = i32x4.splat(0);
      let tap = 0;
      for (let ky = 0; ky < op.kernelSize; ky++) {
        for (let kx = 0; kx < op.kernelSize; kx++) {
          const value = v128.load(scratch + tapAt(op, ky, kx) + at);
          const isMore = f32x4.gt(value, best);
          best = v128.bitselect(value, best, isMore);
          which = v128.bitselect(i32x4.splat(tap++), which, isMore);
        }
      }
      v128.store(result + at, best);
      v128.store(argmax + at, which);
    }
    fromPlane(op, y + <usize>c * op.yPlane, result, op.phaseRow, op.yHeight);
    argmax += op.phasePlane;
  }
}

/**
 * dx = for each pixel, the sum of dy over the windows whose maximum it is.
 * @param argmax as written by `f32_maxpool2d`
 * @param mask planes in the layout of dx, or 0 for none: dx is zero where they are not positive
 * @param scratch the phases of a channel, and a plane
 */
export function f32_maxpool2d_grad(op: Operation, dx: usize, dy: usize, argmax: usize, mask: usize, scratch: usize): void {
  const phases = phasesOf(op);
  const planes = <usize>(phases * phases) * op.phasePlane;
  for (let c = 0; c < op.outputs; c++) {
    memory.fill(scratch, 0, planes);
    toPlanes(op, scratch + planes, dy + <usize>c * op.yPlane, 1);
    addToMaxima(op, scratch, scratch + planes + aboveOf(op), argmax);
    const at = <usize>c * op.xPlane;
    for (let py = 0; py < phases; py++) {
      for (let px = 0; px < phases; px++) {
        const plane = scratch + <usize>(py * phases + px) * op.phasePlane;
        fromPhase(op, dx + at, plane, op.phaseRow, 0, op.height, py, px, mask ? mask + at : 0);
      }
    }
    argmax += op.phasePlane;
  }
}

/** Adds dy [yHeight, yWidth], with zeros after rows, to the maxima in the phases of a channel. */
function addToMaxima(op: Operation, phases: usize, dy: usize, argmax: usize): void {
  let tap = 0;
  for (let ky = 0; ky < op.kernelSize; ky++) {
    for (let kx = 0; kx < op.kernelSize; kx++) {
      const to = phases + tapAt(op, ky, kx);
      const which = i32x4.splat(tap++);
      for (let at: usize = 0; at < outputBytes(op); at += VECTOR) {
        const gradient = v128.and(v128.load(dy + at), i32x4.eq(v128.load(argmax + at), which));
        v128.store(to + at, f32x4.add(v128.load(to + at), gradient));
      }
    }
  }
}

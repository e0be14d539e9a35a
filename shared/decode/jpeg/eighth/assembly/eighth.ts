/**
 * @file Decodes baseline JPEGs at an eighth of their size, to the pixels that libjpeg-turbo returns.
 *
 * At this scale libjpeg-turbo reduces a block of luma to one sample. It reduces blocks of chroma to 2 × 2 samples when an MCU has 2 × 2
 * blocks of luma (jdmaster.c); else to one sample, which it repeats (jdsample.c).
 */
import { u8_rgba } from './colour';
import { COMPONENTS_END, componentAt, prepareComponent, resetPredictors } from './component';
import { isBeyondEnd, restart, startAt, u8_decode1x1, u8_decode2x2 } from './entropy';
import { BLOCK_BYTES } from './inverse';
import { Scan } from './scan';

/** Scratch for the coefficients of a block. It is 0 between blocks. */
const block = COMPONENTS_END;

/** Returns the first address that the kernel does not use for itself. */
export function memoryEnd(): usize {
  return block + BLOCK_BYTES;
}

/** Decodes an image. Returns false if it is damaged, or has values that no encoder writes: its pixels are then incomplete. */
export function decode(scan: Scan): bool {
  const isScaled = scan.across * scan.down == 4;
  for (let i: usize = 0; i < <usize>scan.components; i++) {
    if (!prepareComponent(scan, i, i > 0 && isScaled)) return false;
  }
  resetPredictors();
  memory.fill(block, 0, BLOCK_BYTES);
  // A grey image has no colour.
  memory.fill(scan.samples, 128, 6 * scan.stride);
  startAt(scan.data);
  let restarts = 0;
  let untilRestart = scan.restartInterval;
  let pixels = scan.pixels;
  for (let y = 0; y < scan.height; y += scan.down) {
    for (let x = 0; x < scan.width; x += scan.across) {
      if (scan.restartInterval > 0 && untilRestart-- == 0) {
        if (!restart(restarts++)) return false;
        resetPredictors();
        untilRestart = scan.restartInterval - 1;
      }
      if (!decodeMcu(scan, x, isScaled)) return false;
    }
    const rows = min(scan.down, scan.height - y);
    for (let row = 0; row < rows; row++) {
      u8_rgba(pixels, scan.samples + <usize>row * scan.stride, 2 * scan.stride, scan.width);
      pixels += <usize>scan.width << 2;
    }
  }
  return true;
}

/** Decodes an MCU to the samples from x on. Returns false if the data is damaged. */
function decodeMcu(scan: Scan, x: usize, isScaled: bool): bool {
  const stride = scan.stride;
  const luma = componentAt(0);
  if (!u8_decode1x1(luma.samples + x, stride, luma, scan.across, scan.down)) return false;
  for (let i: usize = 1; i < <usize>scan.components; i++) {
    const chroma = componentAt(i);
    const to = chroma.samples + x;
    if (isScaled) {
      if (!u8_decode2x2(to, stride, chroma, block)) return false;
    } else {
      if (!u8_decode1x1(to, stride, chroma, 1, 1)) return false;
      // The sample is repeated. The next MCU overwrites what is not of this one.
      const samples = <u16>load<u8>(to) * 0x101;
      store<u16>(to, samples);
      store<u16>(to + stride, samples);
    }
  }
  return !isBeyondEnd();
}

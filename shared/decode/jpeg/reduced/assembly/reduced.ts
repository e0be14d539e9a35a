/**
 * @file Decodes baseline JPEGs at 1/8 to 4/8 of their size, to the pixels that libjpeg-turbo returns.
 *
 * libjpeg-turbo reduces a block of luma to that many samples along an edge. It reduces blocks of chroma to twice as many when an MCU has
 * 2 × 2 blocks of luma (jdmaster.c). Chroma that is halved along one edge is repeated at 1/8 (jdsample.c); at other scales it is
 * interpolated, and left to libjpeg-turbo.
 */
import { u8_rgba } from './colour';
import { COMPONENTS_END, Component, componentAt, prepareComponent, resetPredictors, SAMPLE_ROWS } from './component';
import { isBeyondEnd, restart, startAt, u8_decode, u8_decode1x1 } from './entropy';
import { PASSES_BYTES } from './passes';
import { Scan } from './scan';

/** Scratch for the coefficients of a block. */
const block = COMPONENTS_END;
const BLOCK_BYTES: usize = 2 * 64;
const passes = block + BLOCK_BYTES;

/** Returns the first address that the kernel does not use for itself. */
export function memoryEnd(): usize {
  return passes + PASSES_BYTES;
}

/** Decodes an image. Returns false if it is damaged, or has values that no encoder writes: its pixels are then incomplete. */
export function decode(scan: Scan): bool {
  const chromaSize = scan.across * scan.down == 4 ? 2 * scan.scale : scan.scale;
  for (let i: usize = 0; i < <usize>scan.components; i++) {
    if (!prepareComponent(scan, i, i == 0 ? scan.scale : chromaSize)) return false;
  }
  resetPredictors();
  memory.fill(block, 0, BLOCK_BYTES + PASSES_BYTES);
  // A grey image has no colour.
  memory.fill(scan.samples, 128, 3 * SAMPLE_ROWS * scan.stride);
  startAt(scan.data);
  const mcuWidth = scan.across * scan.scale;
  const mcuHeight = scan.down * scan.scale;
  let restarts = 0;
  let untilRestart = scan.restartInterval;
  let pixels = scan.pixels;
  for (let y = 0; y < scan.height; y += mcuHeight) {
    for (let x = 0; x < scan.width; x += mcuWidth) {
      if (scan.restartInterval > 0 && untilRestart-- == 0) {
        if (!restart(restarts++)) return false;
        resetPredictors();
        untilRestart = scan.restartInterval - 1;
      }
      if (!decodeMcu(scan, x)) return false;
    }
    const rows = min(mcuHeight, scan.height - y);
    for (let row = 0; row < rows; row++) {
      u8_rgba(pixels, scan.samples + <usize>row * scan.stride, SAMPLE_ROWS * scan.stride, scan.width);
      pixels += <usize>scan.width << 2;
    }
  }
  return true;
}

/** Decodes an MCU to the samples from x on. Returns false if the data is damaged. */
function decodeMcu(scan: Scan, x: usize): bool {
  const stride = scan.stride;
  const luma = componentAt(0);
  if (!decodeLuma(luma.samples + x, scan, luma)) return false;
  for (let i: usize = 1; i < <usize>scan.components; i++) {
    const chroma = componentAt(i);
    const to = chroma.samples + x;
    if (chroma.size > 1) {
      if (!u8_decode(to, stride, chroma, block, passes)) return false;
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

/** Decodes the blocks of luma of an MCU. Each overwrites what the one before it has written beyond its samples. */
function decodeLuma(to: usize, scan: Scan, luma: Component): bool {
  const stride = scan.stride;
  if (luma.size == 1) return u8_decode1x1(to, stride, luma, scan.across, scan.down);
  for (let row = 0; row < scan.down; row++) {
    for (let column = 0; column < scan.across; column++) {
      if (!u8_decode(to + <usize>(column * scan.scale), stride, luma, block, passes)) return false;
    }
    to += <usize>scan.scale * stride;
  }
  return true;
}

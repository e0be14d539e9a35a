/**
 * @file Decodes JPEGs at 1/8 to 4/8 of their size, to the pixels that libjpeg-turbo returns.
 *
 * libjpeg-turbo reduces a block of luma to that many samples along an edge. It reduces blocks of chroma to twice as many when an MCU has
 * 2 × 2 blocks of luma (jdmaster.c). Chroma that is halved along one edge is repeated at 1/8 (jdsample.c); at other scales it is
 * interpolated, and left to libjpeg-turbo.
 *
 * A baseline image is decoded by `decode`. For a progressive one, `begin` prepares its blocks, `decodeBand` decodes a scan, and `finish`
 * writes the pixels.
 */
import { decodeBand } from './bands';
import { isBeyondEnd, restart, startAt } from './bits';
import { placeBlocks, u8_block, u8_blockMean } from './blocks';
import { u8_rgba } from './colour';
import {
  COMPONENTS_END,
  Component,
  componentAt,
  prepareCodes,
  prepareTransform,
  resetPredictors,
  SAMPLE_ROWS,
} from './component';
import { u8_decode, u8_decode1x1 } from './entropy';
import { PASSES_BYTES } from './passes';
import { pause } from './pause';
import { Scan } from './scan';

export { decodeBand };

/** Scratch for the coefficients of a block. */
const block = COMPONENTS_END;
const BLOCK_BYTES: usize = 2 * 64;
const passes = block + BLOCK_BYTES;

/** Returns the first address that the kernel does not use for itself. */
export function memoryEnd(): usize {
  return passes + PASSES_BYTES;
}

/** Prepares the samples and the transforms. */
function prepare(scan: Scan): void {
  const chromaSize = scan.across * scan.down == 4 ? 2 * scan.scale : scan.scale;
  for (let i: usize = 0; i < <usize>scan.components; i++) prepareTransform(scan, i, i == 0 ? scan.scale : chromaSize);
  memory.fill(block, 0, BLOCK_BYTES + PASSES_BYTES);
  // A grey image has no colour.
  memory.fill(scan.samples, 128, 3 * SAMPLE_ROWS * scan.stride);
}

/** Decodes a baseline image. Returns false if it is damaged, or has values that no encoder writes: its pixels are then incomplete. */
export function decode(scan: Scan): bool {
  prepare(scan);
  for (let i: usize = 0; i < <usize>scan.components; i++) {
    if (!prepareCodes(scan, i)) return false;
  }
  resetPredictors();
  startAt(scan.data);
  const mcuWidth = scan.across * scan.scale;
  const mcuHeight = scan.down * scan.scale;
  let restarts = 0;
  let untilRestart = scan.restartInterval;
  for (let y = 0; y < scan.height; y += mcuHeight) {
    for (let x = 0; x < scan.width; x += mcuWidth) {
      if (scan.restartInterval > 0 && untilRestart-- == 0) {
        if (!restart(restarts++)) return false;
        resetPredictors();
        untilRestart = scan.restartInterval - 1;
      }
      if (!decodeMcu(scan, x)) return false;
    }
    writeRows(scan, y, mcuHeight);
    pause();
  }
  return true;
}

/** Prepares a progressive image, whose blocks lie from an address on. Returns false if the memory cannot grow. */
export function begin(scan: Scan, blocks: usize): bool {
  prepare(scan);
  return placeBlocks(scan, blocks) != 0;
}

/** Writes the pixels of a progressive image after its scans. Returns false if it has values that no encoder writes. */
export function finish(scan: Scan): bool {
  const mcuHeight = scan.down * scan.scale;
  let row = 0;
  for (let y = 0; y < scan.height; y += mcuHeight) {
    for (let i: usize = 0; i < <usize>scan.components; i++) {
      const component = componentAt(i);
      const down = i == 0 ? scan.down : 1;
      let to = component.samples;
      for (let k = row * down; k < (row + 1) * down; k++) {
        if (!writeBlocks(scan, component, i > 0, k, to)) return false;
        to += <usize>component.size * scan.stride;
      }
    }
    writeRows(scan, y, mcuHeight);
    pause();
    row++;
  }
  return true;
}

/** Writes the samples of a row of blocks. */
function writeBlocks(scan: Scan, component: Component, isChroma: bool, row: i32, to: usize): bool {
  const stride = scan.stride;
  const across = component.blocksAcross;
  let index = <usize>(row * component.blockStride);
  for (let column = 0; column < across; column++, index++) {
    if (component.size > 1) {
      if (!u8_block(to, stride, component, index, block, passes)) return false;
      to += component.size;
      continue;
    }
    store<u8>(to, u8_blockMean(component, index));
    if (isChroma) repeat(to, stride);
    to += isChroma ? <usize>scan.across : 1;
  }
  return true;
}

/** Writes a row of MCUs from their samples. */
function writeRows(scan: Scan, y: i32, mcuHeight: i32): void {
  const rows = min(mcuHeight, scan.height - y);
  const rowBytes = <usize>scan.width << 2;
  let pixels = scan.pixels + <usize>y * rowBytes;
  for (let row = 0; row < rows; row++) {
    u8_rgba(pixels, scan.samples + <usize>row * scan.stride, SAMPLE_ROWS * scan.stride, scan.width);
    pixels += rowBytes;
  }
}

/** Repeats a sample of chroma in two columns and rows. The next MCU overwrites what is not of this one. */
@inline
function repeat(to: usize, stride: usize): void {
  const samples = <u16>load<u8>(to) * 0x101;
  store<u16>(to, samples);
  store<u16>(to + stride, samples);
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
      repeat(to, stride);
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

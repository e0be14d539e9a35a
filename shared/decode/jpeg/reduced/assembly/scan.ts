/** @file The structure in memory that describes an image, and a scan of it. decode.ts writes it. */

/**
 * A baseline image with its only scan, or a progressive one with one of its scans. The addresses of tables are those of their contents in the file: DHT from its
 * 16 counts on (ITU-T T.81, B.2.4.2), DQT from its 64 elements on (B.2.4.1).
 */
@unmanaged
export class Scan {
  /** The entropy-coded data. A marker other than RST0..RST7 ends it. The kernel overwrites the data and 16 bytes before it. */
  data: usize;
  /** Scratch: the samples of a row of MCUs, uint8 [components, 8, stride]. */
  samples: usize;
  /** At least 16 more than `width`. */
  stride: usize;
  /** The result, RGBA [height, width]. The kernel overwrites 16 bytes after it. */
  pixels: usize;
  width: i32;
  height: i32;
  /** Samples that a block of luma becomes, along an edge: 1 to 4. */
  scale: i32;
  /** 1: grey. 3: YCbCr. */
  components: i32;
  /** Blocks of luma in an MCU, across and down: 1 or 2. Each other component has one block. */
  across: i32;
  down: i32;
  /** MCUs from one restart marker to the next; 0 for none. */
  restartInterval: i32;
  /**
   * Of a progressive image only: the components of the scan, 1 << their number; its first and last coefficient in zigzag order; the
   * positions of the lowest bit of the coefficients before (0: none) and after it (B.2.3).
   */
  members: i32;
  first: i32;
  last: i32;
  high: i32;
  low: i32;
  /** The tables of the components: DC, AC, quantization. */
  lumaDc: usize;
  lumaAc: usize;
  lumaQuantization: usize;
  cbDc: usize;
  cbAc: usize;
  cbQuantization: usize;
  crDc: usize;
  crAc: usize;
  crQuantization: usize;
}

/** @file Converts the samples of a PNG's pixels to RGBA of 8 bits (W3C, Portable Network Graphics, 11.2.1 and 13.12). */

/**
 * Writes the colours of pixels of one sample of up to 8 bits. The first pixel has the highest bits of a byte (7.2).
 * @param rgba the `count` pixels that are written
 * @param row the samples
 * @param depth bits of a sample
 * @param colours RGBA of each value of a sample
 */
export function u8_write_values(rgba: usize, row: usize, count: usize, depth: usize, colours: usize): void {
  const mask = ((<usize>1) << depth) - 1;
  for (let pixel: usize = 0; pixel < count; pixel++, rgba += 4) {
    const bit = pixel * depth;
    const value = (<usize>load<u8>(row + (bit >> 3)) >> (8 - depth - (bit & 7))) & mask;
    store<u32>(rgba, load<u32>(colours + (value << 2)));
  }
}

/**
 * Writes pixels of samples of 8 or 16 bits; of 16 bits, the high byte.
 * @param rgba the `count` pixels that are written
 * @param row the samples
 * @param channels 1: grey. 2: grey and alpha. 3: RGB. 4: RGBA
 * @param sample bytes of a sample
 * @param transparent the samples of the colour that is transparent; 0 for none
 */
export function u8_write_samples(
  rgba: usize,
  row: usize,
  count: usize,
  channels: usize,
  sample: usize,
  transparent: usize,
): void {
  const pixel = channels * sample;
  const green: usize = channels < 3 ? 0 : sample;
  const alpha = pixel - sample;
  const hasAlpha = (channels & 1) == 0;
  for (; count > 0; count--, row += pixel, rgba += 4) {
    store<u8>(rgba, load<u8>(row));
    store<u8>(rgba + 1, load<u8>(row + green));
    store<u8>(rgba + 2, load<u8>(row + 2 * green));
    store<u8>(rgba + 3, hasAlpha ? load<u8>(row + alpha) : 255);
    if (transparent != 0 && memory.compare(row, transparent, pixel) == 0) store<u8>(rgba + 3, 0);
  }
}

/**
 * Copies the pixels of a pass to their places.
 * @param rgba the pixels that are written: `count`, each `step` pixels after the one before
 * @param row the pixels of the pass
 */
export function u8_place(rgba: usize, row: usize, count: usize, step: usize): void {
  for (; count > 0; count--, row += 4, rgba += step << 2) store<u32>(rgba, load<u32>(row));
}

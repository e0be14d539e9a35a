/** @file Reverses the filters of a PNG's rows (W3C, Portable Network Graphics, 9.2). */

/**
 * Replaces a filtered row by its bytes.
 * @param row [bytes] filtered bytes
 * @param above [bytes] bytes of the row above; zeros for the first one
 * @param type filter type of the row
 * @param pixel bytes of a pixel, at least 1
 * @returns whether there is such a type
 */
export function u8_reverse_filter(row: usize, above: usize, bytes: usize, type: i32, pixel: usize): bool {
  if (type == 0) return true;
  if (type == 2) {
    for (let i: usize = 0; i < bytes; i++) store<u8>(row + i, load<u8>(row + i) + load<u8>(above + i));
    return true;
  }
  // Byte by byte of the pixels, so that the neighbours stay in variables.
  for (let byte: usize = 0; byte < pixel; byte++) {
    if (type == 1) reverseSub(row, byte, bytes, pixel);
    else if (type == 3) reverseAverage(row, above, byte, bytes, pixel);
    else if (type == 4) reversePaeth(row, above, byte, bytes, pixel);
    else return false;
  }
  return true;
}

function reverseSub(row: usize, first: usize, bytes: usize, step: usize): void {
  let left: u32 = 0;
  for (let i = first; i < bytes; i += step) {
    left += load<u8>(row + i);
    store<u8>(row + i, <u8>left);
  }
}

function reverseAverage(row: usize, above: usize, first: usize, bytes: usize, step: usize): void {
  let left: u32 = 0;
  for (let i = first; i < bytes; i += step) {
    left = (load<u8>(row + i) + ((left + load<u8>(above + i)) >> 1)) & 255;
    store<u8>(row + i, <u8>left);
  }
}

/** Predicts each byte as its neighbour that is nearest to left + up − corner (9.4). */
function reversePaeth(row: usize, above: usize, first: usize, bytes: usize, step: usize): void {
  let left: i32 = 0;
  let corner: i32 = 0;
  for (let i = first; i < bytes; i += step) {
    const up = <i32>load<u8>(above + i);
    const toLeft = abs(up - corner);
    const toUp = abs(left - corner);
    const toCorner = abs(left + up - 2 * corner);
    const upOrCorner = select(up, corner, toUp <= toCorner);
    const nearest = select(left, upOrCorner, i32(toLeft <= toUp) & i32(toLeft <= toCorner));
    left = (<i32>load<u8>(row + i) + nearest) & 255;
    store<u8>(row + i, <u8>left);
    corner = up;
  }
}

/**
 * @file The 3×3 convolution of conv3x3.ts with 4 instead of 9 multiplications a pixel: F(2×2, 3×3) of Lavin and Gray, "Fast
 * Algorithms for Convolutional Neural Networks", 2015.
 *
 * A tile of 2×2 outputs is Aᵀ [(G g Gᵀ) ⊙ (Bᵀ d B)] A of 4×4 inputs d and a filter g. For each of the 16 positions in a
 * transformed tile, the sum over the input channels is a matrix product.
 *
 * ```
 *        1  0 −1  0           1   0   0
 *   Bᵀ = 0  1  1  0       G = ½   ½   ½       Aᵀ = 1  1  1  0
 *        0 −1  1  0           ½  −½   ½            0  1 −1 −1
 *        0  1  0 −1           0   0   1
 * ```
 *
 * A few rows of tiles are in work at a time. Their transforms lie position after position; in each position, a channel's
 * tiles take a line of `WINOGRAD_LINE` bytes. A row of tiles may end within a vector. The next row overwrites the results
 * past its end, or they are discarded.
 */
import { WINOGRAD_LINE, WINOGRAD_TILES } from '../../constants';
import { multiply } from './multiply';
import { transformInput, transformOutput } from './transform';

/**
 * y [outChannels] = conv(x [inChannels], filter) as `f32_conv3x3` computes it, for one image of even height and width.
 *
 * @param u the transformed filter [4, 4, outChannels, inChannels]
 * @param bias [outChannels], or 0 for none
 * @param mask planes in the layout of y, or 0 for none: y is zero where they are not positive
 * @param relu y = max(y, 0)
 * @param scratch 16 · WINOGRAD_LINE · (inChannels + outChannels) bytes
 */
export function f32_winograd(
  y: usize,
  x: usize,
  u: usize,
  bias: usize,
  mask: usize,
  scratch: usize,
  inChannels: i32,
  outChannels: i32,
  height: i32,
  width: i32,
  rowBytes: usize,
  xPlane: usize,
  yPlane: usize,
  relu: bool,
): void {
  const tileRows = height >> 1;
  const tileColumns = width >> 1;
  const together = WINOGRAD_TILES / tileColumns;
  const products = scratch + 16 * WINOGRAD_LINE * <usize>inChannels;
  for (let first = 0; first < tileRows; first += together) {
    const rows = min(together, tileRows - first);
    const at = <usize>(2 * first) * rowBytes;
    transformInput(scratch, x + at, inChannels, rows, tileColumns, rowBytes, xPlane);
    const row = (<usize>inChannels) << 2;
    const u16 = <usize>outChannels * row;
    const v16 = <usize>inChannels * WINOGRAD_LINE;
    const m16 = <usize>outChannels * WINOGRAD_LINE;
    multiply(products, u, scratch, inChannels, outChannels, rows * tileColumns, 16, WINOGRAD_LINE, row, u16, v16, m16, false);
    const maskAt = mask ? mask + at : 0;
    transformOutput(y + at, products, bias, maskAt, outChannels, rows, tileColumns, rowBytes, yPlane, relu);
  }
}

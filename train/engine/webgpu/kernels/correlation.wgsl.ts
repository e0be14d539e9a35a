/**
 * @file Generates the correlation of a stack of planes with filters. A convolution uses it forward on its input, and backward on the gradient
 * of its output. With a stride, the backward planes are dilated: rows and columns of zeros are inserted between theirs.
 *
 * A thread computes a square tile of a few channels. With a pooling, the tile is one pooling window. Neighbouring threads compute
 * neighbouring tiles, and all threads of a workgroup compute the same channels, so they read each weight from the same address.
 */
import { type Shape, sizeOf } from '#shared/model/spec.ts';
import { type Kernel, LANES, unrolled } from './kernel.ts';

export interface Correlation {
  /** Name of the WGSL function. */
  name: string;
  /** Shape of the input, [channels, height, width], without inserted zeros. */
  from: Shape;
  /** Shape of the output, [channels, height, width], before the pooling. */
  to: Shape;
  kernelSize: number;
  /** Rows and columns between neighbouring outputs. */
  stride: number;
  /** Rows and columns between neighbouring inputs; those in between are zeros. */
  dilation: number;
  /** Rows and columns of padding above and left of the planes. A negative number crops them. */
  before: number;
  /** Edge of a tile. */
  tile: number;
  /** Whether tiles that extend over the edge are skipped. */
  whole: boolean;
  /** WGSL of the origin of image `n`, which `read` uses. */
  originOf: string;
  /** Returns WGSL of element `i` of the planes at `origin`. */
  read: (i: string) => string;
  /** Returns WGSL of a weight's index among a replica's parameters. */
  weight: (out: string, channel: string, ky: string, kx: number) => string;
  /** Returns WGSL of the initial value of a sum of channel `out`. */
  initial: (out: string) => string;
  /** Returns WGSL that stores the tile's sums of channel `out`, `sum(y, x)`, at row `top` and column `left`. */
  store: (out: string, sum: (y: number, x: number) => string) => string;
}

/**
 * Fewest threads of an image, which keep all processors busy with the usual 32 images. A thread computes several channels only if at least
 * this many threads remain.
 */
const IMAGE_THREADS = 200;
/** Most sums of a thread, limited by its registers. */
const SUMS = 20;

/** Returns the WGSL function `name(step, group, lane)` and its number of workgroups; `groupsOf` is that number in WGSL. */
export function correlation(shape: Correlation): Pick<Kernel, 'code' | 'groups'> & { groupsOf: string } {
  const { name, from, to, kernelSize, stride, tile } = shape;
  const across = (size: number) => (shape.whole ? Math.floor(size / tile) : Math.ceil(size / tile));
  const [tilesY, tilesX] = [across(to[1]), across(to[2])];
  const tiles = tilesY * tilesX;
  const blocks = blocksOf(to[0], tiles, tile);
  const channels = Math.ceil(to[0] / blocks);
  const strip = kernelSize + (tile - 1) * stride;
  const sum = (b: number) => (y: number, x: number) => `s${b}_${y}_${x}`;
  const inside = (at: string, size: number) => {
    const limit = `(u32(${at}) < ${(size - 1) * shape.dilation + 1}u)`;
    return shape.dilation === 1 ? limit : `${limit} & (${at} % ${shape.dilation} == 0)`;
  };
  const undilated = (at: string) => (shape.dilation === 1 ? at : `${at} / ${shape.dilation}`);

  const row = (ty: number) => `
      {
        let y = top * ${stride} + ${ty * stride - shape.before} + ky;
        let row = (channel * ${from[1]} + ${undilated('y')}) * ${from[2]};
        let inRow = ${inside('y', from[1])};
${unrolled(
  strip,
  (i) => `        let x${i} = column + ${i};
        let v${i} = select(0.0, ${shape.read(`u32(row + ${undilated(`x${i}`)})`)}, inRow & ${inside(`x${i}`, from[2])});`,
)}
${unrolled(channels * tile * kernelSize, (i) => {
  const [kx, tx, b] = [i % kernelSize, Math.floor(i / kernelSize) % tile, Math.floor(i / kernelSize / tile)];
  return `        ${sum(b)(ty, tx)} = fma(w${b}_${kx}, v${tx * stride + kx}, ${sum(b)(ty, tx)});`;
})}
      }`;

  const code = `
fn ${name}(step: Step, group: u32, lane: u32) {
  let index = group / ${blocks}u * ${LANES}u + lane;
  let n = index / ${tiles}u;
  if (n >= step.count) { return; }
  let top = i32(index % ${tiles}u / ${tilesX}u * ${tile}u);
  let left = i32(index % ${tilesX}u * ${tile}u);
  let column = left * ${stride} - ${shape.before};
  let origin = ${shape.originOf};
  let region = regionOf(step, n);
  let first = group % ${blocks}u * ${channels}u;
${unrolled(channels, (b) => `  let o${b} = min(first + ${b}u, ${to[0] - 1}u);`)}
${unrolled(channels * tile * tile, (i) => {
  const [x, y, b] = [i % tile, Math.floor(i / tile) % tile, Math.floor(i / tile / tile)];
  return `  var ${sum(b)(y, x)} = ${shape.initial(`o${b}`)};`;
})}
  for (var channel = 0; channel < ${from[0]}; channel++) {
    for (var ky = 0; ky < ${kernelSize}; ky++) {
${unrolled(channels * kernelSize, (i) => {
  const [kx, b] = [i % kernelSize, Math.floor(i / kernelSize)];
  return `      let w${b}_${kx} = parameters[step.parameters + ${shape.weight(`o${b}`, 'u32(channel)', 'u32(ky)', kx)}];`;
})}${unrolled(tile, row)}
    }
  }
${unrolled(channels, (b) => `  if (first + ${b}u < ${to[0]}u) {\n${shape.store(`o${b}`, sum(b))}\n  }`)}
}
`;
  const groupsOf = `(step.count * ${tiles}u + ${LANES - 1}u) / ${LANES}u * ${blocks}u`;
  return { code, groups: (count) => Math.ceil((count * tiles) / LANES) * blocks, groupsOf };
}

/** Returns the number of blocks into which the channels are divided. */
function blocksOf(channels: number, tiles: number, tile: number): number {
  const fewest = Math.ceil(channels / Math.max(1, Math.floor(SUMS / tile ** 2)));
  return Math.min(channels, Math.max(fewest, Math.ceil(IMAGE_THREADS / tiles)));
}

/** Returns WGSL that stores every sum of a tile that lies inside the planes. */
export function storeEach(
  to: Shape,
  tile: number,
  store: (index: string, value: string) => string,
): Correlation['store'] {
  const [, height, width] = to;
  return (out, sum) =>
    unrolled(tile * tile, (i) => {
      const [y, x] = [Math.floor(i / tile), i % tile];
      const index = `${out} * ${sizeOf([height, width])}u + u32(top + ${y}) * ${width}u + u32(left + ${x})`;
      return `    if (top + ${y} < ${height} && left + ${x} < ${width}) { ${store(index, sum(y, x))} }`;
    });
}

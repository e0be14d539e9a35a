/** @file Where a garment is expected before its picture is looked at. */
import { type Bench, type Grid, WORK_EDGE } from './bench.ts';
import type { Size } from './mask.ts';

/** A probability in 0..1 of each pixel, row by row. It covers the whole picture at a resolution of its own. */
export interface ProbabilityMap extends Size {
  readonly data: Float32Array;
}

/** In the middle and at the edge of a picture. Neither is certain: a garment may be cut off, and be a pair of trousers. */
const [MIDDLE, EDGE] = [0.7, 0.1];

const SIZE = 32;

/** People hold the camera over the garment: likelier in the middle, by a parabola along each side. */
export function centrePrior(): ProbabilityMap {
  const side = Float32Array.from({ length: SIZE }, (_, i) => 1 - ((2 * i + 1) / SIZE - 1) ** 2);
  const data = new Float32Array(SIZE * SIZE);
  for (let y = 0; y < SIZE; y++) {
    for (let x = 0; x < SIZE; x++) data[y * SIZE + x] = EDGE + (MIDDLE - EDGE) * side[x] * side[y];
  }
  return { width: SIZE, height: SIZE, data };
}

/** A map in the bench: the address of its plane, and pixels from one row to the next. */
export type PlacedMap = Size & { at: number; row: number };

/** Puts a map of up to WORK_EDGE pixels each way where the bench has had colours. */
export function placeMap({ memory, at }: Bench, { width, height, data }: ProbabilityMap): PlacedMap {
  if (width > WORK_EDGE || height > WORK_EDGE)
    throw new RangeError(`a map of ${width} × ${height}, expected ${WORK_EDGE} × ${WORK_EDGE} at most`);
  const row = (width + 4) & ~3;
  const plane = new Float32Array(memory.buffer, at.colours, row * height);
  for (let y = 0; y < height; y++) plane.set(data.subarray(y * width, (y + 1) * width), y * row);
  return { width, height, at: at.colours, row };
}

/** The map at another resolution: between the centres of its pixels bilinear, beyond them as the nearest. */
export function resample(
  { kernels, at }: Bench,
  to: number,
  grid: Pick<Grid, 'width' | 'height' | 'row'>,
  map: PlacedMap,
): void {
  kernels.f32_resample(
    to,
    map.at,
    at.line,
    map.width,
    map.height,
    map.row,
    grid.width,
    grid.height,
    grid.row,
  );
}

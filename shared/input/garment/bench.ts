/**
 * @file The workbench of the photo pipeline: its kernels and one memory, laid out once for the largest picture that is looked at. All
 * planes are float32, row by row; rows end in pixels that nobody looks at (assembly/walk.ts says why at least three).
 */
import { PAGE } from '../../kernels/kernels.ts';
import type { PhotoKernels } from './kernels.ts';
import type { Size } from './mask.ts';

/** Longest edge of what is looked at, in pixels; the garment is told from the floor at half of it, and at a quarter before. */
export const WORK_EDGE = 192;

/** Numbers of a pixel's features: lightness, green to red, blue to yellow, roughness. */
export const DIMENSIONS = 4;

/** Looks that there is room for; a multiple of 4. */
export const MOST_LOOKS = 20;

/** The kernels' own constants lie below (asconfig.json). */
const FIRST_ADDRESS = 4096;

/** Bytes of a decoded picture that are in this memory at once, where one row is no more. */
const BAND_BYTES = 64 * 1024;

/** A picture's size with that of its planes here. */
export interface Grid extends Size {
  /** Pixels from one row to the next, and rows with those that fill up a band of four. */
  readonly row: number;
  readonly rows: number;
  /** Pixels of a plane, what rows end in included. */
  readonly count: number;
}

/** What is found out about a picture at one resolution, as addresses. */
interface Findings {
  /** DIMENSIONS planes. */
  readonly features: number;
  /** To be the garment's. */
  readonly probability: number;
  /** The look of each pixel, a byte. */
  readonly lookOf: number;
  /** Bytes from one plane to the next. */
  readonly plane: number;
}
export type Level = Grid & Findings;

export interface Bench {
  readonly kernels: PhotoKernels;
  readonly memory: WebAssembly.Memory;
  readonly at: Places;
}

type Places = ReturnType<typeof layOut>;

const gridOf = ({ width, height }: Size, row: number): Grid => ({
  ...{ width, height, row, rows: (height + 3) & ~3, count: row * height },
});

const half = ({ width, height }: Size): Size => ({ width: (width + 1) >> 1, height: (height + 1) >> 1 });

const rowOf = ({ width }: Size): number => (width + 6) & ~3;

/** A picture of this size, its halves and its quarters. */
export function levelsOf({ at }: Bench, size: Size): { picture: Grid; fine: Level; coarse: Level } {
  const [halves, quarters] = [half(size), half(half(size))];
  return {
    picture: gridOf(size, 2 * rowOf(halves)),
    fine: { ...gridOf(halves, rowOf(halves)), ...at.fine },
    coarse: { ...gridOf(quarters, rowOf(quarters)), ...at.coarse },
  };
}

/** Addresses of everything. */
function layOut() {
  let end = FIRST_ADDRESS;
  /** The address of `bytes` more, on a vector's boundary. */
  const take = (bytes: number): number => {
    const address = end;
    end += (bytes + 15) & ~15;
    return address;
  };
  /** Bytes of a plane of `edge` pixels each way, with the rows that are read beyond it. */
  const planeOf = (edge: number) => 4 * (edge + 8) * (edge + 4);
  const [whole, fine, coarse] = [WORK_EDGE, WORK_EDGE / 2, WORK_EDGE / 4].map(planeOf) as [
    number,
    number,
    number,
  ];
  const findings = (plane: number): Findings => ({
    plane,
    features: take(DIMENSIONS * plane),
    probability: take(plane),
    lookOf: take(plane / 4),
  });
  /** Bytes of a band of four rows: what is read around planes in skewed order. */
  const band = 16 * (WORK_EDGE / 2 + 8);
  const takeSkewed = () => take(fine + band);
  take(band);
  return {
    skewed: {
      plane: fine + band,
      right: takeSkewed(),
      below: takeSkewed(),
      evidence: takeSkewed(),
      probability: takeSkewed(),
      weights: take(5 * (fine + band)),
    },
    /** Red, green, blue; then lightness and two colours; then whatever is as large. */
    colours: take(3 * whole),
    colourPlane: whole,
    /** 255 less the grey. */
    intensity: take(whole),
    mask: take(whole / 4),
    fine: findings(fine),
    coarse: findings(coarse),
    /** Of neighbours, to the right and below. */
    distances: [take(fine), take(fine)] as const,
    /** Planes for whatever is needed next. */
    scratch: [take(fine), take(fine)] as const,
    placeOdds: take(fine),
    evidence: take(fine),
    /** A mask at half the size, and seen pixels of it with a row around them. */
    part: take(fine / 4),
    seen: take(fine / 4) + 4 * (WORK_EDGE / 2 + 8),
    looks: take(4 * DIMENSIONS * MOST_LOOKS),
    odds: take(4 * MOST_LOOKS),
    counts: [take(4 * MOST_LOOKS), take(4 * MOST_LOOKS)] as const,
    light: take(4 * 256),
    histogram: take(4 * 256),
    sums: take(8 * 8),
    line: take(16 * WORK_EDGE),
    image: take(1024),
    bounds: take(4 * (WORK_EDGE + 1)),
    /** What has no end: pixels of the decoded picture, and after them what they add up to. */
    band: take(0),
    bandBytes: BAND_BYTES,
  };
}

/** @param module build/photo.wasm */
export function openBench(module: WebAssembly.Module): Bench {
  const at = layOut();
  const memory = new WebAssembly.Memory({ initial: Math.ceil((at.band + BAND_BYTES) / PAGE) });
  const kernels = new WebAssembly.Instance(module, { env: { memory } }).exports as unknown as PhotoKernels;
  kernels.f32_linear_light(at.light);
  return { kernels, memory, at };
}

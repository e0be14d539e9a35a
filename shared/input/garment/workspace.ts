/**
 * @file The workspace of the photo pipeline: the kernels and one memory, laid out once for the largest working picture.
 *
 * All planes are float32 in row order unless their comment names another type. Rows end in at least three pixels of padding
 * (assembly/random-walker.ts explains why).
 */
import type { Size } from '../../decode/pixels.ts';
import { PAGE } from '../../kernels/kernels.ts';
import type { usize } from './build/photo.ts';
import type { Grid } from './geometry.ts';
import type { PhotoKernels } from './kernels.ts';

/**
 * Longest edge of the working picture, in pixels. The garment is segmented at a quarter of this size, then refined at half of it.
 */
export const WORK_EDGE = 192;

/** Features of a pixel: lightness, green–red, blue–yellow, roughness. */
export const FEATURE_COUNT = 4;

/** Maximum number of colour clusters of a picture. The kernels need a multiple of 4. */
export const MAX_CLUSTERS = 20;

/** The memory below holds the kernels' own constants (asconfig.json). */
const FIRST_ADDRESS = 4096;

/** Bytes of decoded pixels that are copied into the memory at a time. A single row may be longer. */
const BAND_BYTES = 64 * 1024;

/** Addresses of what the pipeline computes at one resolution. */
interface LevelPlanes {
  /** FEATURE_COUNT planes. */
  readonly features: usize;
  /** Probability of each pixel to belong to the garment. */
  readonly probability: usize;
  /** Index of each pixel's colour cluster, a byte. */
  readonly clusterIndices: usize;
  /** Bytes from one plane to the next. */
  readonly planeStride: usize;
}

/** One resolution of the picture. */
export type Level = Grid & LevelPlanes;

export interface Workspace {
  readonly kernels: PhotoKernels;
  readonly memory: WebAssembly.Memory;
  readonly addresses: Addresses;
}

type Addresses = ReturnType<typeof layOutMemory>;

/** Creates a workspace with an instance of build/photo.wasm. */
export function openWorkspace(module: WebAssembly.Module): Workspace {
  const addresses = layOutMemory();
  const memory = new WebAssembly.Memory({ initial: Math.ceil((addresses.band + BAND_BYTES) / PAGE) });
  const kernels = new WebAssembly.Instance(module, { env: { memory } }).exports as unknown as PhotoKernels;
  kernels.f32_linear_light(addresses.linearLight);
  return { kernels, memory, addresses };
}

/** Returns the grids of a picture of this size, of its half (`fine`) and of its quarter (`coarse`). */
export function levelsOf(
  { addresses }: Workspace,
  size: Size,
): { picture: Grid; fine: Level; coarse: Level } {
  const [halfSize, quarterSize] = [half(size), half(half(size))];
  return {
    picture: gridOf(size, 2 * strideOf(halfSize)),
    fine: { ...gridOf(halfSize, strideOf(halfSize)), ...addresses.fine },
    coarse: { ...gridOf(quarterSize, strideOf(quarterSize)), ...addresses.coarse },
  };
}

const gridOf = ({ width, height }: Size, stride: number): Grid => ({
  ...{ width, height, stride, paddedHeight: (height + 3) & ~3, count: stride * height },
});

const half = ({ width, height }: Size): Size => ({ width: (width + 1) >> 1, height: (height + 1) >> 1 });

/** At least three pixels of padding, rounded up to a vector. */
const strideOf = ({ width }: Size): number => (width + 6) & ~3;

/** Reserves bytes and returns their address. */
type Take = (bytes: number) => usize;

/** Bytes of a plane of at most `edge` × `edge` pixels, with the rows that kernels read past its end. */
const planeBytes = (edge: number): number => 4 * (edge + 8) * (edge + 4);

/** Bytes of a band of four rows at half the size. The random walker reads one band before and one after its planes. */
const BAND_OF_ROWS = 16 * (WORK_EDGE / 2 + 8);

/** Returns the address of everything that the pipeline keeps in its memory. */
function layOutMemory() {
  let end = FIRST_ADDRESS;
  const take: Take = (bytes) => {
    const address = end;
    end += (bytes + 15) & ~15;
    return address;
  };
  const [whole, fine, coarse] = [planeBytes(WORK_EDGE), planeBytes(WORK_EDGE / 2), planeBytes(WORK_EDGE / 4)];
  return {
    skewed: skewedPlanes(take, fine),
    /** RGB planes, converted to Oklab in place. Free for other uses once the features exist. */
    colours: take(3 * whole),
    /** Bytes from one plane of `colours` to the next. */
    colourStride: whole,
    /** 255 − luma. */
    intensity: take(whole),
    /** The garment's mask at the picture's size, in bytes. */
    mask: take(whole / 4),
    fine: levelPlanes(take, fine),
    coarse: levelPlanes(take, coarse),
    /** Squared colour differences of each pixel to its neighbours to the right and below. */
    differences: [take(fine), take(fine)] as const,
    scratch: [take(fine), take(fine)] as const,
    /** Log odds of the prior at each pixel. */
    priorLogOdds: take(fine),
    /** Posterior probability of each pixel from its prior and its colour cluster alone. */
    evidence: take(fine),
    /** The garment's mask at half the size, in bytes. */
    halfMask: take(fine / 4),
    /** [MAX_CLUSTERS, FEATURE_COUNT] */
    clusterCentres: take(4 * FEATURE_COUNT * MAX_CLUSTERS),
    /** Log likelihood ratio of each cluster, garment to floor. */
    clusterLogRatios: take(4 * MAX_CLUSTERS),
    clusterScratch: [take(4 * MAX_CLUSTERS), take(4 * MAX_CLUSTERS)] as const,
    /** Table of the linear light of sRGB bytes. */
    linearLight: take(4 * 256),
    /** 256 counts, uint32, and one of pixels that are not counted. */
    histogram: take(4 * 257),
    /** Up to eight float64 or int32 results of a kernel. */
    statistics: take(8 * 8),
    /** Scratch for a row, of `f32_resample` and `u8_place`. */
    line: take(16 * WORK_EDGE),
    /** The result, 28 × 28 bytes. */
    image: take(1024),
    /** Column bounds of the areas that become one pixel, uint32. */
    bounds: take(4 * (WORK_EDGE + 1)),
    /** A band of the decoded picture and its column sums. It comes last, because it grows with the picture's width. */
    band: take(0),
    bandBytes: BAND_BYTES,
  };
}

/** Planes of the random walker in skewed order (assembly/random-walker.ts), surrounded by bands that it reads. */
function skewedPlanes(take: Take, plane: number) {
  const planeStride = plane + BAND_OF_ROWS;
  take(BAND_OF_ROWS);
  return {
    /** Bytes from one plane of `weights` to the next. */
    planeStride,
    /** Affinities to the neighbours to the right and below. */
    right: take(planeStride),
    below: take(planeStride),
    evidence: take(planeStride),
    probability: take(planeStride),
    /** Five planes. */
    weights: take(5 * planeStride),
  };
}

function levelPlanes(take: Take, planeStride: number): LevelPlanes {
  return {
    planeStride,
    features: take(FEATURE_COUNT * planeStride),
    probability: take(planeStride),
    clusterIndices: take(planeStride / 4),
  };
}
